#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)

    function Edit-Configuration {
        param([string] $From, [string] $To)

        $file = "$($fixture.ConfigPath)/jail.conf"
        $text = Get-Content -Raw -LiteralPath $file
        $text | Should -BeLike "*$From*"
        Set-Content -LiteralPath $file -Value $text.Replace($From, $To)
    }
}

Describe 'A running watch' {
    BeforeEach {
        $script:fixture = New-WatchFixture -Root (Join-Path -Path $TestDrive -ChildPath ([System.IO.Path]::GetRandomFileName()))
        $script:at = @{ StatePath = $fixture.StatePath }
        $script:job = Start-BanWatch -ConfigPath $fixture.ConfigPath @at -DryRun -AsJob
        Wait-Until { Get-BanWatch @at -ErrorAction Ignore } -Because 'the watch starts'
    }

    AfterEach {
        $job | Remove-Job -Force
        Remove-Item -Recurse -Force -LiteralPath $fixture.StatePath
    }

    It 'reads its configuration again and says what has changed' {
        Add-Ban 192.0.2.1 app, app-strict @at
        Edit-Configuration 'maxretry = 2' 'maxretry = 7'
        Edit-Configuration '[app-strict]' '[app-new]'
        $result = Update-BanWatch @at
        $result | Should -BeOfType [PSBan.Model.ReloadResult]
        $result.IsApplied | Should -BeTrue
        $result.Added | Should -Be 'app-new'
        $result.Changed | Should -Be 'app'
        $result.Removed | Should -Be 'app-strict'
        $result.Unchanged | Should -BeNullOrEmpty
        (Get-BanJail app @at).MaxRetry | Should -Be 7
        (Get-BanJail @at).Name | Should -Be @('app', 'app-new')
        (Get-Ban @at).Jail | Should -Be 'app' -Because 'the bans of a jail that is gone are lifted, the others stay'
        (Receive-Job -Job $job).Kind | Should -Contain 'Reloaded'
        (Update-BanWatch @at).Unchanged | Should -Be @('app', 'app-new')
    }

    It 'shows with -WhatIf what would change, and changes nothing' {
        Edit-Configuration 'maxretry = 2' 'maxretry = 7'
        Edit-Configuration '[app-strict]' '[app-new]'
        $result = Update-BanWatch @at -WhatIf
        $result.IsApplied | Should -BeFalse
        $result.Changed | Should -Be 'app'
        $result.Added | Should -Be 'app-new'
        $result.Removed | Should -Be 'app-strict'
        (Get-BanJail @at).Name | Should -Be @('app', 'app-strict')
        (Get-BanJail app @at).MaxRetry | Should -Be 2
    }

    It 'refuses a configuration with errors as a whole, with file and line' {
        Edit-Configuration 'maxretry = 2' 'maxretry = 7'
        Edit-Configuration 'maxretry = 1' 'maxretry = one'
        { Update-BanWatch @at -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'ReloadRefused,PSBan.Commands.UpdateBanWatchCommand' -PassThru |
            ForEach-Object { $script:refused = $_.TargetObject }
        $refused | Should -BeOfType [PSBan.Model.ReloadResult]
        $refused.IsApplied | Should -BeFalse
        $problem = $refused.Problems | Where-Object Severity -EQ Error
        $problem | Should -HaveCount 1
        $problem.Jail | Should -Be 'app-strict'
        "$($problem.Location)" | Should -BeLike '*jail.conf:16'
        (Get-BanJail app @at).MaxRetry | Should -Be 2
        (Receive-Job -Job $job).Kind | Should -Contain 'ReloadRefused'
    }

    It 'takes changed settings of a jail, until the configuration is read again' {
        $jail = Get-BanJail app @at | Set-BanJail -MaxRetry 3 -FindTime 5m -BanTime 1h -AddIgnoreIp 192.0.2.99 @at -PassThru
        $jail.MaxRetry | Should -Be 3
        "$($jail.FindTime) $($jail.BanTime)" | Should -Be '5m 1h'
        $jail.IgnoreIp | Should -Be @('127.0.0.1/8', '192.0.2.99')
        Add-FailureLine $fixture '192.0.2.5', '192.0.2.5', '192.0.2.99', '192.0.2.99', '192.0.2.99', '192.0.2.5'
        Wait-Until { Get-Ban -Jail app @at } -Because 'the third failure bans'
        $ban = Get-Ban -Jail app @at
        "$($ban.Address) $($ban.Failures) $($ban.Duration)" | Should -Be '192.0.2.5 3 1h'

        (Set-BanJail app -IgnoreIp @() @at -PassThru).IgnoreIp | Should -BeNullOrEmpty
        Set-BanJail app -IgnoreIp 192.0.2.7, host.example @at
        (Set-BanJail app -RemoveIgnoreIp 192.0.2.7/32 @at -PassThru).IgnoreIp | Should -Be 'host.example'

        $result = Update-BanWatch @at
        $result.Changed | Should -Be 'app'
        $jail = Get-BanJail app @at
        "$($jail.MaxRetry) $($jail.FindTime) $($jail.BanTime) $($jail.IgnoreIp)" | Should -Be '2 10m 10m 127.0.0.1/8'
        Get-Ban -Jail app @at | Should -HaveCount 1
    }

    It 'refuses settings that cannot be used: <What>' -ForEach @(
        @{ What = 'nothing at all'; Id = 'NothingToSet'; Script = { Set-BanJail app @at } }
        @{ What = 'a jail that is not there'; Id = 'JailNotFound'; Script = { Set-BanJail nosuch -MaxRetry 3 @at } }
        @{ What = 'no address'; Id = 'WatchRefused'; Script = { Set-BanJail app -AddIgnoreIp '192.0.2.300' @at } }
        @{ What = 'an entry that the list lacks'; Id = 'WatchRefused'; Script = { Set-BanJail app -RemoveIgnoreIp '192.0.2.30' @at } }
        @{ What = 'a window without end'; Id = 'WatchRefused'; Script = { Set-BanJail app -FindTime -1 @at } }
        @{ What = 'a jail to be suspended that is not there'; Id = 'JailNotFound'; Script = { Suspend-BanJail nosuch @at } }
    ) {
        $Script | Should -Not -BeNullOrEmpty
        $ErrorActionPreference = 'Stop'
        try {
            & $Script
            $failure = $null
        }
        catch {
            $failure = $_
        }

        $failure.FullyQualifiedErrorId | Should -BeLike "$Id,PSBan.Commands.*"
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        (Get-BanJail app @at).MaxRetry | Should -Be 2
    }

    It 'suspends jails, passes their lines over and keeps their bans; resumed they count again' {
        Add-Ban 192.0.2.1 app @at
        $jails = Get-BanJail @at | Suspend-BanJail @at -PassThru
        $jails.State | Should -Be @('Suspended', 'Suspended')
        (Get-BanJail @at).State | Should -Be @('Suspended', 'Suspended')
        $read = (Get-BanWatch @at).Lines
        Add-FailureLine $fixture '192.0.2.2', '192.0.2.2', '192.0.2.2'
        Wait-Until { (Get-BanWatch @at).Lines -eq $read + 3 } -Because 'the lines are read'
        "$((Get-Ban @at).Address)" | Should -Be '192.0.2.1'
        (Get-BanJail app @at).TotalFailed | Should -Be 0

        (Update-BanWatch @at).Unchanged | Should -HaveCount 2
        (Get-BanJail @at).State | Should -Be @('Suspended', 'Suspended') -Because 'a reload lets the suspended rest'

        'app', 'app-strict' | Resume-BanJail @at
        (Get-BanJail @at).State | Should -Be @('Running', 'Running')
        Add-FailureLine $fixture '192.0.2.2'
        Wait-Until { Get-Ban -Jail app-strict @at } -Because 'the strict jail bans'
        (Get-BanJail app @at).TotalFailed | Should -Be 1
        (Receive-Job -Job $job).Kind | Where-Object { $_ -in 'JailSuspended', 'JailResumed' } | Should -HaveCount 4
    }

    It 'changes nothing with -WhatIf' {
        Set-BanJail app -MaxRetry 9 @at -WhatIf
        Suspend-BanJail app @at -WhatIf
        $jail = Get-BanJail app @at
        "$($jail.MaxRetry) $($jail.State)" | Should -Be '2 Running'
    }

    It 'completes the names of its jails: <Command>' -ForEach @('Set-BanJail', 'Suspend-BanJail', 'Resume-BanJail' | ForEach-Object { @{ Command = $_ } }) {
        $line = "$Command -StatePath '$($fixture.StatePath)' -Name "
        $found = Wait-Until { (TabExpansion2 -inputScript $line -cursorColumn $line.Length).CompletionMatches.CompletionText -contains 'app-strict' } -Because 'the jails are offered'
        $found | Should -BeNullOrEmpty
    }
}
