#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)
    $script:stamp = [datetime]::Now.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture)
    $script:lines = 1..3 | ForEach-Object { "$stamp app: login failed for user root from 192.0.2.$_" }
}

Describe 'Start-BanWatch with lines from the pipeline' {
    BeforeEach {
        $script:fixture = New-WatchFixture -Root (Join-Path -Path $TestDrive -ChildPath ([System.IO.Path]::GetRandomFileName()))
        $script:watch = @{ ConfigPath = $fixture.ConfigPath; StatePath = $fixture.StatePath; DryRun = $true }
    }

    AfterEach {
        Remove-Item -LiteralPath $fixture.StatePath -Recurse -Force -ErrorAction Ignore
    }

    It 'takes them for the lines of the named jail, in place of its log, and ends with them' {
        Add-FailureLine -Fixture $fixture -Address 198.51.100.1
        $events = $lines | Start-BanWatch @watch -Jail app-strict
        ($events | Where-Object Kind -eq Banned).Id | ForEach-Object { "$_" } | Should -Be '192.0.2.1', '192.0.2.2', '192.0.2.3'
        ($events | Where-Object Kind -eq Banned).Jail | Select-Object -Unique | Should -Be 'app-strict'
        $events[-1].Kind | Should -Be 'Stopped'
    }

    It 'writes what a line brings about before it asks for the next one' {
        $order = [System.Collections.Generic.List[string]]::new()
        & { foreach ($line in $lines) { $order.Add('line'); $line } } | Start-BanWatch @watch -Jail app-strict |
            Where-Object Kind -eq Banned | ForEach-Object { $order.Add('ban') }
        "$order" | Should -Be 'line ban line ban line ban'
    }

    It 'remembers in its state what it counted' {
        $null = $lines[0] | Start-BanWatch @watch -Jail app
        $events = $lines[0] | Start-BanWatch @watch -Jail app
        @($events | Where-Object Kind -eq Banned).Count | Should -Be 1
    }

    It 'can be left early, over and over' {
        foreach ($round in 1..5) {
            $first = $lines | Start-BanWatch @watch -Jail app-strict | Where-Object Kind -in Banned, Restored | Select-Object -First 1
            "$($first.Id)" | Should -Be '192.0.2.1'
        }
    }

    It 'wants to know for which jail they are' {
        { $lines | Start-BanWatch @watch } | Should -Throw -ErrorId 'InputNeedsJail,PSBan.Commands.StartBanWatchCommand'
        { $lines | Start-BanWatch @watch -Jail app -AsJob } | Should -Throw -ErrorId 'InputNeedsJail,PSBan.Commands.StartBanWatchCommand'
        { $lines | Start-BanWatch @watch -Jail nosuch -ErrorAction SilentlyContinue } | Should -Throw -ErrorId 'JailNotFound,PSBan.Commands.StartBanWatchCommand'
    }

    It 'does nothing with -WhatIf' {
        $lines | Start-BanWatch @watch -Jail app -WhatIf | Should -BeNullOrEmpty
        Test-Path -LiteralPath $fixture.StatePath | Should -BeFalse
    }
}
