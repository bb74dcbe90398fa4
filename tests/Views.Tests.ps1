#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)

    $script:hostile = "evil`e[2J`u{202E}name"
    $script:visible = [regex]::Escape('evil\x1b[2J\u202ename')
    $script:time = [System.DateTimeOffset]::new(2026, 11, 20, 5, 0, 0, [System.TimeZoneInfo]::Local.GetUtcOffset([datetime]'2026-11-20 05:00'))

    function Get-SampleBan {
        $ban = [PSBan.Model.Ban]::new('sshd', [PSBan.Model.BanId]::FromText('192.0.2.1'), $time, [PSBan.Model.Duration]::FromSeconds(600))
        $ban.Matches = [string[]]("line one $hostile", 'line two')
        $ban
    }

    function Get-SampleJail {
        $jail = [PSBan.Model.JailInfo]::new('sshd')
        $jail.Filter = 'sshd'
        $jail.Sources = [string[]]('/var/log/auth.log', "/var/log/$hostile")
        $jail.CurrentlyFailed = 3
        $jail.TotalFailed = 17
        $jail.CurrentlyBanned = 2
        $jail.TotalBanned = 5
        $jail.Banned = [PSBan.Model.BanId[]]([PSBan.Model.BanId]::FromText('192.0.2.1'), [PSBan.Model.BanId]::FromText('2001:db8::1'))
        $jail
    }

    # Takes objects, or what Format-List made of them, as a whole.
    function Get-View {
        begin { $all = [System.Collections.Generic.List[object]]::new() }
        process { $all.Add($_) }
        end { ($all | Out-String -Width 160) -replace '\e\[[\d;]*m' }
    }
}

Describe 'The views' {
    It 'show an event on a line, with its control characters visible' {
        $item = [PSBan.Model.BanEvent]::new('Banned', $time, "Ban 192.0.2.1 $hostile")
        $item.Jail = 'sshd'
        $item | Get-View | Should -Match "2026-11-20 05:00:00 +Banned +sshd +Ban 192\.0\.2\.1 $visible"
    }

    It 'show a ban in a table and, asked for, as a list with its lines' {
        $text = Get-SampleBan | Get-View
        $text | Should -Match 'Jail +Address +State +Failures +Duration +Expires'
        $text | Should -Match 'sshd +192\.0\.2\.1 +Pending +0 +10m +2026-11-20 05:10:00'
        $text = Get-SampleBan | Format-List | Get-View
        $text | Should -Match "line one $visible"
        $text | Should -Match 'line two'
        $text | Should -Match 'Remaining'
    }

    It 'show a permanent ban without an end' {
        $ban = [PSBan.Model.Ban]::new('sshd', [PSBan.Model.BanId]::FromText('192.0.2.1'), $time, [PSBan.Model.Duration]::Permanent)
        $ban | Get-View | Should -Match 'permanent'
        $ban.Remaining.IsPermanent | Should -BeTrue
    }

    It 'show a ban of the past with its end' {
        $entry = [PSBan.Model.BanHistoryEntry]::new('sshd', [PSBan.Model.BanId]::FromText('192.0.2.1'), $time, [PSBan.Model.Duration]::FromSeconds(600))
        $entry.End = 'Lifted'
        $entry | Get-View | Should -Match '2026-11-20 05:00:00 +sshd +192\.0\.2\.1 +0 +1 +10m +Lifted'
        $entry.Matches = [string[]]"line $hostile"
        $entry | Format-List | Get-View | Should -Match "line $visible"
    }

    It 'show jails in a table and, as a list, what fail2ban-client shows' {
        Get-SampleJail | Get-View | Should -Match 'sshd +Running +sshd +3 +17 +2 +5'
        $text = Get-SampleJail | Format-List | Get-View
        foreach ($line in 'CurrentlyFailed *: 3', 'TotalFailed *: 17', "Sources *: /var/log/auth\.log /var/log/$visible", 'CurrentlyBanned *: 2', 'TotalBanned *: 5', 'Banned *: 192\.0\.2\.1 2001:db8::1') {
            $text | Should -Match $line
        }
    }

    It 'show a watch, its logs and its problems' {
        $watch = [PSBan.Model.WatchInfo]::new(4711, $time)
        $source = [PSBan.Model.SourceInfo]::new('/var/log/auth.log')
        $source.Trouble = 'is missing'
        $watch.Sources = [PSBan.Model.SourceInfo[]]$source
        $watch.Problems = [PSBan.Model.Problem[]][PSBan.Model.Problem]::new('Error', 'FilterNotFound', 'There is no filter.', [PSBan.Model.SourceLocation]::new('/etc/psban/jail.local', 3), 'sshd')
        $text = $watch | Get-View
        $text | Should -Match 'ProcessId *: 4711'
        $text | Should -Match '/var/log/auth\.log \(is missing\)'
        $text | Should -Match '/etc/psban/jail\.local:3: error: \[sshd\] There is no filter\.'
        $source | Get-View | Should -Match '/var/log/auth\.log +0 +0 +is missing'
    }

    It 'show a problem as a compiler does, and leave a caret where it is' {
        $problem = [PSBan.Model.Problem]::new('Warning', 'InvalidFailRegex', "The pattern ends too early.`n  (foo`n  ^", [PSBan.Model.SourceLocation]::new('a.conf', 7))
        $problem | Get-View | Should -Match '(?m)^a\.conf:7: warning: The pattern ends too early\.\r?\n  \(foo\r?\n  \^'
    }

    It 'show a report that somebody who knows fail2ban-regex can read' {
        $text = 'Nov 20 05:00:00 a login failed from 192.0.2.1', "Nov 20 05:00:00 $hostile" | Test-BanFilter 'login failed from <HOST>$' -ShowMissed | Get-View
        $text | Should -Match 'Failregex: 1 hits'
        $text | Should -Match '1\) \[1\] login failed from <HOST>\$'
        $text | Should -Match 'Lines: 2 lines, 0 ignored, 1 matched, 1 missed'
        $text | Should -Match "Missed lines:\r?\n +Nov 20 05:00:00 $visible"
    }

    It 'show failures under their log' {
        $text = 'Nov 20 05:00:00 a login failed for bob from 192.0.2.1' | Find-BanFailure 'login failed for <F-USER>\S+</F-USER> from <HOST>$' | Get-View
        $text | Should -Match 'Source: pipeline'
        $text | Should -Match '1 \d{4}-11-20 05:00:00 +192\.0\.2\.1 +bob +Nov 20'
    }

    It 'exist for everything that a cmdlet hands out' {
        foreach ($type in (Get-Command -Module PSBan).OutputType.Type | Where-Object { $_.Namespace -in 'PSBan.Model', 'PSBan.Scan' } | Sort-Object -Unique) {
            Get-FormatData -TypeName $type.FullName | Should -Not -BeNullOrEmpty -Because "$type"
        }
    }

    It 'survive a trip through another session' {
        $ban = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize((Get-SampleBan), 3))
        $ban.Jail | Should -Be 'sshd'
        "$($ban.Id)" | Should -Be '192.0.2.1'
    }
}

Describe 'The added names' {
    It 'let a jail bind to -Jail' {
        (Get-SampleJail).Jail | Should -Be 'sshd'
    }

    It 'let several bans be asked for their addresses, which an array''s own method hides' {
        "$(@((Get-SampleBan), (Get-SampleBan)).IPAddress)" | Should -Be '192.0.2.1 192.0.2.1'
    }
}
