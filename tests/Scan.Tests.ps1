#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)

    $script:log = Join-Path -Path $TestDrive -ChildPath 'app.log'
    $script:lines = @(
        'Nov 20 05:00:00 mail app: login failed for alice from 192.0.2.1'
        'Nov 20 05:00:01 mail app: started'
        '# a comment'
        ''
        'Nov 20 05:00:02 mail app: login failed for bob from 2001:db8::1'
        'Nov 20 05:00:03 mail app: login failed for monitor from 192.0.2.9'
    )
    Set-Content -LiteralPath $log -Value $lines
    $script:regex = 'app: login failed for <F-USER>\S+</F-USER> from <HOST>$'
}

Describe 'Test-BanFilter' {
    It 'counts what matched, what was ignored and what was missed' {
        $report = Test-BanFilter $regex $log -IgnoreRegex 'for monitor '
        $report.Lines | Should -Be 4
        $report.Matched | Should -Be 2
        $report.Ignored | Should -Be 1
        $report.Missed | Should -Be 1
        $report.Patterns.Hits | Should -Be 2
        $report.DateTemplates.Hits | Should -Be 4
    }

    It 'keeps lines only where they are asked for' {
        $report = Test-BanFilter $regex $log
        @($report.MissedLines).Count + @($report.MatchedLines).Count | Should -Be 0
        $report = Test-BanFilter $regex $log -ShowMissed
        $report.MissedLines | Should -Be $lines[1]
        @($report.MatchedLines).Count | Should -Be 0
        @((Test-BanFilter $regex $log -ShowMatched -MaxLines 2).MatchedLines).Count | Should -Be 2
    }

    It 'takes lines, whole texts and files through the pipeline' {
        ($lines | Test-BanFilter $regex).Matched | Should -Be 3
        (Get-Content -LiteralPath $log | Test-BanFilter $regex).Sources | Should -Be 'pipeline'
        (Get-Content -LiteralPath $log -Raw | Test-BanFilter $regex).Lines | Should -Be 4
        (Get-Item -LiteralPath $log | Test-BanFilter $regex).Sources | Should -Be (Convert-Path -LiteralPath $log)
    }

    It 'expands the wildcards of -LogPath, and leaves those of -LiteralPath' {
        $odd = Join-Path -Path $TestDrive -ChildPath 'odd[1].log'
        Set-Content -LiteralPath $odd -Value $lines
        @((Test-BanFilter $regex "$TestDrive/*.log").Sources).Count | Should -Be 2
        (Test-BanFilter $regex -LiteralPath $odd).Matched | Should -Be 3
    }

    It 'finds paths from the location of PowerShell, not of the process' {
        Push-Location -LiteralPath $TestDrive
        try {
            (Test-BanFilter $regex ./app.log).Matched | Should -Be 3
            Set-Content -LiteralPath ./mine.conf -Value "[Definition]`nfailregex = login failed for \S+ from <HOST>$"
            (Test-BanFilter ./mine.conf ./app.log).Matched | Should -Be 3
        }
        finally {
            Pop-Location
        }
    }

    It 'measures time only where it is asked to, and tells of each pattern whether it is linear and what it needs' {
        (Test-BanFilter $regex $log).Patterns.TimeSpent | Should -Be ([timespan]::Zero)
        $report = Test-BanFilter $regex $log -ShowTime -ShowMatched
        $report.Patterns.TimeSpent | Should -BeGreaterThan ([timespan]::Zero)
        $report.Patterns.IsLinear | Should -BeTrue
        $report.Patterns.Literals | Should -Be 'app: login failed for '
        $text = $report | Out-String
        $text | Should -Match ' ms '
        $text | Should -Match "needs 'app: login failed for '"
        $text | Should -Match ([regex]::Escape($lines[0]))
    }

    It 'reads compressed logs, and those that rotation made' {
        $packed = [System.IO.Compression.GZipStream]::new([System.IO.File]::Create("$log.2.gz"), [System.IO.Compression.CompressionMode]::Compress)
        try {
            $bytes = [System.Text.Encoding]::UTF8.GetBytes(($lines -join "`n"))
            $packed.Write($bytes, 0, $bytes.Length)
        }
        finally {
            $packed.Dispose()
        }

        $report = Test-BanFilter $regex "$log*"
        $report.Matched | Should -Be 6
        $report.Sources | Should -Be $log, "$log.2.gz"
        (Find-BanFailure $regex "$log.2.gz").User | Should -Be 'alice', 'bob', 'monitor'
    }

    It 'takes the journal by its name' {
        $problem = $null
        try {
            $null = Test-BanFilter $regex 'systemd-journal[nonsense=1]'
        }
        catch {
            $problem = $_
        }

        $problem.FullyQualifiedErrorId | Should -BeLike 'LogReadFailed,*'
        "$problem" | Should -Match 'nonsense'
    }

    It 'reports a log that is not there and goes on with the others' {
        $report = Test-BanFilter $regex "$TestDrive/nothing.log", $log -ErrorVariable problems -ErrorAction SilentlyContinue
        $report.Matched | Should -Be 3
        $problems[0].FullyQualifiedErrorId | Should -BeLike 'LogNotFound,*'
        $problems[0].TargetObject | Should -BeLike '*nothing.log'
    }

    It 'makes a report of no line at all' {
        ('' | Test-BanFilter $regex).Lines | Should -Be 0
    }

    It 'reads a hundred thousand lines from the pipeline in order' {
        (1..100000 | ForEach-Object { "Nov 20 05:00:00 mail app: login failed for u$_ from 192.0.2.1" } | Test-BanFilter $regex).Matched | Should -Be 100000
    }
}

Describe 'Find-BanFailure' {
    It 'finds address, user, time and line number' {
        $found = Find-BanFailure $regex $log
        # Not $found.Address: an array has a method of that name.
        $found.Id | ForEach-Object { "$_" } | Should -Be @('192.0.2.1', '2001:db8::1', '192.0.2.9')
        $found.User | Should -Be @('alice', 'bob', 'monitor')
        $found.LineNumber | Should -Be @(1, 5, 6)
        $found[0].Time.ToString('HH:mm:ss') | Should -Be '05:00:00'
        $found.Source | Select-Object -Unique | Should -Be (Convert-Path -LiteralPath $log)
    }

    It 'hands a failure out before it asks for the next line' {
        # Should it wait for more, the order of the two would be the other way round.
        $order = [System.Collections.Generic.List[string]]::new()
        foreach ($round in 1..200) {
            $order.Clear()
            & { foreach ($line in $lines[0], $lines[1]) { $order.Add('line'); $line } } | Find-BanFailure $regex | ForEach-Object { $order.Add('found') }
            "$order" | Should -Be 'line found line' -Because "round $round"
        }
    }

    It 'can be left early, over and over' {
        foreach ($round in 1..50) {
            (1..1000 | ForEach-Object { $lines[0] } | Find-BanFailure $regex | Select-Object -First 1).User | Should -Be 'alice'
            (Find-BanFailure $regex $log | Select-Object -First 1).User | Should -Be 'alice'
        }
    }

    It 'finds the session and the pattern' {
        $found = 'Nov 20 05:00:00 app[7]: login failed from 192.0.2.1' | Find-BanFailure 'app\[<F-MLFID>\d+</F-MLFID>\]: login failed from <HOST>'
        $found.SessionId | Should -Be '7'
        $found.Pattern | Should -Match 'login failed'
    }

    It 'makes control characters visible' {
        ("Nov 20 05:00:00 a`e[2J app: login failed for x from 192.0.2.1" | Find-BanFailure $regex).Line | Should -Match ([regex]::Escape('\x1b[2J'))
    }
}

Describe 'Test-BanConfiguration' {
    BeforeAll {
        $script:config = Join-Path -Path $TestDrive -ChildPath 'config'
        $script:null = New-Item -ItemType Directory -Path "$config/filter.d"
        Set-Content -LiteralPath "$config/filter.d/app.conf" -Value "[Definition]`nfailregex = $regex"
        Set-Content -LiteralPath "$config/jail.conf" -Value @"
[good]
enabled = true
filter = app
logpath = $log

[bad]
enabled = true
filter = nosuch
logpath = $log
"@
    }

    It 'hands out each problem with file and line' {
        $problem = Test-BanConfiguration $config | Where-Object Severity -eq Error
        $problem.Code | Should -Be 'FilterNotFound'
        $problem.Jail | Should -Be 'bad'
        $problem.Location.Line | Should -Be 8
        $problem.Location.File | Should -BeLike '*jail.conf'
    }

    It 'answers with -Quiet' {
        Test-BanConfiguration $config -Quiet | Should -BeFalse
        Test-BanConfiguration $config -Quiet -Jail good | Should -BeTrue
        Test-BanConfiguration $config -Quiet | Should -BeOfType [bool]
    }

    It 'names a jail that is not there' {
        Test-BanConfiguration $config -Jail nosuch -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be 'JailNotFound,PSBan.Commands.TestBanConfigurationCommand'
    }
}

Describe 'Get-BanConfiguration' {
    BeforeAll {
        $script:config = Join-Path -Path $TestDrive -ChildPath 'settings'
        $script:nowhere = Join-Path -Path $TestDrive -ChildPath 'nowhere'
        $script:null = New-Item -ItemType Directory -Path $config
        Set-Content -LiteralPath "$config/jail.conf" -Value @'
[DEFAULT]
bantime = 10m
logs = /var/log
unused = 1
action =
filter =
failregex = x

[web]
enabled = true
logpath = %(logs)s/a
    %(logs)s/b

[mail]
bantime = %(nothing)s
'@
        Set-Content -LiteralPath "$config/jail.local" -Value "[web]`nbantime = 2h"
    }

    It 'shows value, file, line and what was overridden' {
        $setting = Get-BanConfiguration web bantime -ConfigPath $config
        $setting.Value | Should -Be '2h'
        $setting.File | Should -Be (Join-Path -Path $config -ChildPath 'jail.local')
        $setting.Line | Should -Be 2
        $setting.Overrides.Value | Should -Be @('10m')
        $setting.Overrides[0].Location.Line | Should -Be 2
    }

    It 'shows the jails that are switched on, and of them what concerns them' {
        $settings = Get-BanConfiguration -ConfigPath $config
        $settings.Jail | Select-Object -Unique | Should -Be 'web'
        $settings.Option | Should -Contain 'logs'
        $settings.Option | Should -Not -Contain 'unused'
        (Get-BanConfiguration -ConfigPath $config -All).Option | Should -Contain 'unused'
        (Get-BanConfiguration web unused -ConfigPath $config).Value | Should -Be '1'
    }

    It 'takes wildcards and names from the pipeline' {
        (Get-BanConfiguration * ban* -ConfigPath $config).Jail | Should -Be @('web', 'mail')
        ([pscustomobject]@{ Name = 'mail' } | Get-BanConfiguration -ConfigPath $config -Option enabled, bantime).Option | Should -Be 'bantime'
        Get-BanConfiguration nosuch* -ConfigPath $config -ErrorAction Stop | Should -BeNullOrEmpty
    }

    It 'names a jail that is not there' {
        Get-BanConfiguration nosuch -ConfigPath $config -ErrorVariable problems -ErrorAction SilentlyContinue
        $problems[0].FullyQualifiedErrorId | Should -Be 'JailNotFound,PSBan.Commands.GetBanConfigurationCommand'
    }

    It 'is shown by jail, values of several lines below one another' {
        $text = Get-BanConfiguration web logpath, bantime -ConfigPath $config | Out-String -Width 200
        $text | Should -Match 'Jail: web'
        $text | Should -Match 'logpath +/var/log/a'
        $text | Should -Match '(?m)^ +/var/log/b'
        $text | Should -Match 'bantime +2h +.*jail\.local:2'
        Get-BanConfiguration mail bantime -ConfigPath $config | Out-String -Width 200 | Should -Match 'cannot be resolved\) %\(nothing\)s'
        Get-BanConfiguration web bantime -ConfigPath $config | Format-List | Out-String -Width 200 | Should -Match 'Overrides : 10m \(.*jail\.conf:2\)'
    }

    It 'reads the usual configuration where no watch runs' {
        (Get-BanConfiguration sshd filter -StatePath $nowhere).Value | Should -BeLike 'sshd*'
    }
}
