#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)
    $script:log = Join-Path -Path $TestDrive -ChildPath 'app.log'
    Set-Content -LiteralPath $log -Value 'Nov 20 05:00:00 mail login failed from 192.0.2.1'
    $script:nowhere = Join-Path -Path $TestDrive -ChildPath 'nowhere'
    $script:empty = Join-Path -Path $TestDrive -ChildPath 'empty'
    $script:null = New-Item -ItemType Directory -Path $empty

    # Runs something that fails, and hands out its error, whether it ended the pipeline or not.
    function Get-Failure {
        param([scriptblock] $Script)

        $ErrorActionPreference = 'SilentlyContinue'
        $Error.Clear()
        try {
            $null = & $Script
        }
        catch {
            return $_
        }

        $Error[0]
    }
}

Describe 'The error of <What>' -ForEach @(
    @{ What = 'a watch that does not run'; Id = 'WatchNotRunning'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Get-Ban -StatePath $nowhere } }
    @{ What = 'a watch that does not run, asked for itself'; Id = 'WatchNotRunning'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Get-BanWatch -StatePath $nowhere } }
    @{ What = 'a watch that does not run, to be stopped'; Id = 'WatchNotRunning'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Stop-BanWatch -StatePath $nowhere } }
    @{ What = 'a filter that is not there'; Id = 'FilterNotFound'; Category = 'ObjectNotFound'; Target = '*'; Script = { Test-BanFilter nosuchfilter $log } }
    @{ What = 'a pattern that does not parse'; Id = 'InvalidFailRegex'; Category = 'ParserError'; Target = '*'; Script = { Test-BanFilter '(<HOST>' $log } }
    @{ What = 'a pattern that names no offender'; Id = 'InvalidFailRegex'; Category = 'ParserError'; Target = '*'; Script = { Test-BanFilter 'login failed from \S+$' $log } }
    @{ What = 'a date pattern that does not parse'; Id = 'InvalidDatePattern'; Category = 'ParserError'; Target = '*'; Script = { Test-BanFilter 'x <HOST>' $log -DatePattern '%Q' } }
    @{ What = 'a log that is not there'; Id = 'LogNotFound'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Test-BanFilter 'x <HOST>' $nowhere } }
    @{ What = 'wildcards that find no log'; Id = 'LogNotFound'; Category = 'ObjectNotFound'; Target = '*nowhere*'; Script = { Find-BanFailure 'x <HOST>' "$nowhere*" } }
    @{ What = 'a directory in place of a log'; Id = 'LogReadFailed'; Category = 'ReadError'; Target = '*empty'; Script = { Find-BanFailure 'x <HOST>' -LiteralPath $empty } }
    @{ What = 'a configuration that is not there'; Id = 'ConfigurationNotFound'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Start-BanWatch $nowhere -DryRun -StatePath $TestDrive/state } }
    @{ What = 'a configuration without a jail'; Id = 'ConfigurationInvalid'; Category = 'InvalidData'; Target = '*empty'; Script = { Start-BanWatch $empty -DryRun -StatePath $TestDrive/state } }
    @{ What = 'a packet filter that is none'; Id = 'FirewallNotFound'; Category = 'ObjectNotFound'; Target = 'pf'; Script = { Get-BanFirewall pf -StatePath $nowhere } }
    @{ What = 'bans to look at without a watch'; Id = 'WatchNotRunning'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Test-BanFirewall -StatePath $nowhere } }
    @{ What = 'a packet filter to repair without a watch'; Id = 'WatchNotRunning'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Sync-BanFirewall -StatePath $nowhere } }
    @{ What = 'text that is no address'; Id = 'InvalidAddress'; Category = 'InvalidArgument'; Target = '192.030.0.6'; Script = { Add-Ban 192.030.0.6 app -StatePath $nowhere } }
    @{ What = 'a watch that does not run, to be reloaded'; Id = 'WatchNotRunning'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Update-BanWatch -StatePath $nowhere } }
    @{ What = 'a jail without a watch'; Id = 'WatchNotRunning'; Category = 'ObjectNotFound'; Target = '*nowhere'; Script = { Set-BanJail app -MaxRetry 3 -StatePath $nowhere } }
    @{ What = 'a path of another provider'; Id = 'NotAFileSystemPath'; Category = 'InvalidArgument'; Target = 'env:HOME'; Script = { Get-Ban -StatePath env:HOME } }
) {
    BeforeAll {
        $script:failure = Get-Failure $Script
    }

    It 'has the id <Id>' {
        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,PSBan.Commands.*Command"
    }

    It 'has a category, the offending input as its target, and says the way out' {
        $failure.CategoryInfo.Category | Should -Be $Category
        $failure.CategoryInfo.Category | Should -Not -Be 'NotSpecified'
        "$($failure.TargetObject)" | Should -BeLike $Target
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }
}

Describe 'A watch that does not run' {
    It 'ends the pipeline of a cmdlet that needs it' {
        { Get-Ban -StatePath $nowhere -ErrorAction SilentlyContinue } | Should -Throw
    }

    It 'can be asked for without an error' {
        Get-BanWatch -StatePath $nowhere -ErrorAction Ignore | Should -BeNullOrEmpty
    }
}

Describe 'Lengths of time' {
    It 'reads <Text> as <Length>' -ForEach @(
        @{ Text = '10m'; Length = '10m' }
        # PowerShell itself takes these bare words for numbers: a decimal, a short and a signed byte.
        @{ Text = '1d'; Length = '1d' }
        @{ Text = '30s'; Length = '30s' }
        @{ Text = '1y'; Length = '1y' }
        @{ Text = '1d12h'; Length = '1d 12h' }
        @{ Text = '600'; Length = '10m' }
        @{ Text = '-1'; Length = 'ever' }
        @{ Text = '([timespan]::FromHours(2))'; Length = '2h' }
    ) {
        $said = Invoke-CleanShell -ArgumentList $Text { & ([scriptblock]::Create("Add-Ban 192.0.2.1 app -Duration $($args[0]) -WhatIf")) }
        "$said" | Should -Match "for $Length`""
    }

    It 'refuses what is none' {
        { Add-Ban 192.0.2.1 app -Duration soon -StatePath $nowhere } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,PSBan.Commands.AddBanCommand'
    }
}

Describe '-WhatIf' {
    It 'opens nothing: <Script>' -ForEach @(
        @{ Script = { Start-BanWatch $empty -StatePath $nowhere -WhatIf } }
        @{ Script = { Start-BanWatch $empty -StatePath $nowhere -AsJob -DryRun -WhatIf } }
        @{ Script = { Add-Ban 192.0.2.1 app -StatePath $nowhere -WhatIf } }
        @{ Script = { Remove-Ban 192.0.2.1 -StatePath $nowhere -WhatIf } }
        @{ Script = { Remove-Ban -All -StatePath $nowhere -WhatIf } }
        @{ Script = { Stop-BanWatch -StatePath $nowhere -WhatIf } }
        @{ Script = { Sync-BanFirewall -StatePath $nowhere -WhatIf } }
    ) {
        & $Script | Should -BeNullOrEmpty
        Test-Path -LiteralPath $nowhere | Should -BeFalse
    }
}
