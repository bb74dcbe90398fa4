#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)

    function Invoke-WatchJob {
        param([pscustomobject] $Fixture)

        $job = Start-BanWatch -ConfigPath $Fixture.ConfigPath -StatePath $Fixture.StatePath -DryRun -AsJob
        Wait-Until { $job.State -ne 'Running' -or (Get-BanWatch -StatePath $Fixture.StatePath -ErrorAction Ignore) } -Because 'the watch starts'
        $job.State | Should -Be 'Running' -Because "$($job.Error)"
        $job
    }

    # Nothing of a watch is left: nobody answers, and the lock can be had.
    function Assert-Gone {
        param([pscustomobject] $Fixture)

        Get-BanWatch -StatePath $Fixture.StatePath -ErrorAction Ignore | Should -BeNullOrEmpty
        Test-Path -LiteralPath "$($Fixture.StatePath)/control.sock" | Should -BeFalse
        foreach ($file in Get-ChildItem -LiteralPath $Fixture.StatePath -File -Force) {
            { [System.IO.File]::Open($file.FullName, 'Open', 'ReadWrite', 'None').Dispose() } | Should -Not -Throw -Because "$file must be free"
        }
    }
}

Describe 'A watch behind the session' {
    BeforeAll {
        $script:fixture = New-WatchFixture -Root (Join-Path -Path $TestDrive -ChildPath 'behind')
        $script:at = @{ StatePath = $fixture.StatePath }
        $script:job = Invoke-WatchJob $fixture
    }

    AfterAll {
        $job | Remove-Job -Force
        Remove-Item -Recurse -Force -LiteralPath $fixture.StatePath
    }

    AfterEach {
        Remove-Ban -All -Force @at
    }

    It 'is a job like any other' {
        $job | Should -BeOfType [System.Management.Automation.Job]
        (Get-Job -Id $job.Id).InstanceId | Should -Be $job.InstanceId
        $job.PSJobTypeName | Should -Be 'BanWatchJob'
    }

    It 'shows itself as a whole' {
        $watch = Get-BanWatch @at
        $watch.ProcessId | Should -Be $PID
        $watch.Jails | Should -Be 2
        $watch.StatePath | Should -Be $fixture.StatePath
        $watch.Firewalls | Should -Be 'dry-run'
    }

    It 'bans after maxretry failures, and tells' {
        Add-FailureLine $fixture '192.0.2.1', '192.0.2.1'
        Wait-Until { @(Get-Ban @at).Count -eq 2 } -Because 'both jails ban'
        $ban = Get-Ban -Jail app @at
        "$($ban.Address)" | Should -Be '192.0.2.1'
        $ban.Failures | Should -Be 2
        "$($ban.Duration)" | Should -Be '10m'
        $ban.Remaining.TotalSeconds | Should -BeGreaterThan 0
        $ban.Matches | Should -HaveCount 2

        $kinds = (Receive-Job -Job $job).Kind
        $kinds | Should -Contain 'Started'
        $kinds | Should -Contain 'Found'
        $kinds | Should -Contain 'Banned'
    }

    It 'is seen and served from another process' {
        Add-FailureLine $fixture '192.0.2.2'
        Wait-Until { Get-Ban @at } -Because 'the strict jail bans'
        Invoke-CleanShell -ArgumentList $fixture.StatePath {
            $PSDefaultParameterValues['*-Ban*:StatePath'] = $args[0]
            Get-BanJail | Where-Object CurrentlyBanned -gt 0 | ForEach-Object { "$($_.Name) $($_.CurrentlyBanned)" }
            Get-Ban | Remove-Ban
            @(Get-Ban).Count
        } | Should -Be @('app-strict 1', '0')
        Get-Ban @at | Should -BeNullOrEmpty
    }

    It 'bans and lifts by hand' {
        $made = Add-Ban 192.0.2.3, 2001:db8::/32 app -Duration 1d @at -PassThru
        $made | Should -HaveCount 2
        $made.Duration | ForEach-Object { "$_" } | Should -Be @('1d', '1d')
        (Remove-Ban 192.0.2.3 @at -PassThru).Jail | Should -Be 'app'
        "$((Get-Ban @at).Address)" | Should -Be '2001:db8::/32'
    }

    It 'bans what is piped: text, failures, bans' {
        '192.0.2.4', '192.0.2.5' | Add-Ban -Jail app @at
        'Nov 20 05:00:00 bad 192.0.2.6' | Find-BanFailure 'bad <HOST>$' | Add-Ban -Jail app @at
        Get-Ban 192.0.2.4 @at | Add-Ban -Jail app-strict @at
        Get-Ban @at | Group-Object Jail | Sort-Object Name | ForEach-Object Count | Should -Be @(3, 1)
        [pscustomobject]@{ Jail = 'app-strict'; Address = '192.0.2.4' } | Remove-Ban @at -PassThru | Should -HaveCount 1
    }

    It 'warns where an address is banned already' {
        Add-Ban 192.0.2.7 app -Duration 1h @at
        Add-Ban 192.0.2.7 app -Duration 1m @at -WarningVariable warnings -WarningAction SilentlyContinue
        "$warnings" | Should -BeLike '*192.0.2.7*already*'
    }

    It 'writes an error and goes on: <Id>' -ForEach @(
        @{ Id = 'InvalidAddress'; Target = '192.0.2.300'; Script = { Add-Ban 192.0.2.300, 192.0.2.8 app @at } }
        @{ Id = 'JailNotFound'; Target = '192.0.2.8'; Script = { Add-Ban 192.0.2.8 nosuch, app @at } }
        @{ Id = 'AddressNotBanned'; Target = '192.0.2.9'; Script = { Add-Ban 192.0.2.8 app @at; Remove-Ban 192.0.2.9 @at } }
        @{ Id = 'AddressNotBanned'; Target = '192.0.2.9'; Script = { Add-Ban 192.0.2.8 app @at; Get-Ban 192.0.2.9 @at } }
        @{ Id = 'JailNotFound'; Target = 'nosuch'; Script = { Add-Ban 192.0.2.8 app @at; Get-BanJail nosuch, app @at } }
        @{ Id = 'JailNotFound'; Target = 'nosuch'; Script = { Add-Ban 192.0.2.8 app @at; Get-Ban -Jail nosuch, app @at } }
    ) {
        $ErrorActionPreference = 'SilentlyContinue'
        $Error.Clear()
        $null = & $Script
        $Error[0].FullyQualifiedErrorId | Should -BeLike "$Id,PSBan.Commands.*"
        "$($Error[0].TargetObject)" | Should -Be $Target
        $Error[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        "$((Get-Ban @at).Address)" | Should -Be '192.0.2.8'
    }

    It 'finds bans by address, prefix, wildcard and jail' {
        Add-Ban 192.0.2.10, 192.0.2.11, 198.51.100.1, 203.0.113.0/24 app @at
        Add-Ban 192.0.2.10 app-strict @at
        Get-Ban 192.0.2.10 @at | Should -HaveCount 2
        Get-Ban 192.0.2.10 -Jail app @at | Should -HaveCount 1
        Get-Ban 192.0.2.0/24 @at | Should -HaveCount 3
        Get-Ban '192.0.2.*' -Jail 'app' @at | Should -HaveCount 2
        "$((Get-Ban 203.0.113.77 @at).Address)" | Should -Be '203.0.113.0/24'
        Get-Ban '10.*' @at -ErrorAction Stop | Should -BeNullOrEmpty
        Get-BanJail app-s* @at | Get-Ban @at | Should -HaveCount 1
    }

    It 'shows a jail asked for by name with its addresses, as a list' {
        Add-Ban 192.0.2.20, 192.0.2.3 app @at
        $jail = Get-BanJail app @at
        $jail.Banned | ForEach-Object { "$_" } | Should -Be @('192.0.2.3', '192.0.2.20')
        $text = $jail | Out-String -Width 200
        foreach ($part in 'CurrentlyFailed', 'TotalFailed', [regex]::Escape($fixture.Log), 'CurrentlyBanned +: 2', 'TotalBanned', '192\.0\.2\.3 192\.0\.2\.20') {
            $text | Should -Match $part
        }

        (Get-BanJail @at).Banned | Where-Object { $null -ne $_ } | Should -BeNullOrEmpty
        (Get-BanJail 'app*' @at).Count | Should -Be 2
    }

    It 'asks before every ban is lifted' {
        Add-Ban 192.0.2.30 app @at
        Invoke-CleanShell -ArgumentList $fixture.StatePath { try { Remove-Ban -All -StatePath $args[0]; 'lifted' } catch { 'asked' } } | Should -Be 'asked'
        Get-Ban @at | Should -HaveCount 1
        Remove-Ban -All -Confirm:$false @at -PassThru | Should -HaveCount 1
    }

    It 'completes jails and banned addresses' {
        Add-Ban 192.0.2.40, 2001:db8::40 app @at
        $line = "Remove-Ban -StatePath $($fixture.StatePath) -Address 2001"
        Wait-Until { (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText -eq '2001:db8::40' } -Because 'an address is offered'
        $line = "Get-BanJail -StatePath $($fixture.StatePath) -Name app-"
        Wait-Until { (TabExpansion2 $line $line.Length).CompletionMatches.CompletionText -eq 'app-strict' } -Because 'a jail is offered'
        (TabExpansion2 $line $line.Length).CompletionMatches.ToolTip | Should -BeLike '*filter app*'
    }

    It 'streams its events to another reader' {
        $reader = [powershell]::Create().AddScript({
                param($Manifest, $StatePath)
                Import-Module $Manifest
                Watch-BanEvent -StatePath $StatePath -Kind Banned -Jail app-* | Select-Object -First 1
            }).AddArgument((Get-ModuleUnderTest)).AddArgument($fixture.StatePath)
        $result = $reader.BeginInvoke()
        $number = 50
        Wait-Until { Add-FailureLine $fixture "192.0.2.$((++$script:number) % 200 + 50)"; $result.IsCompleted } -Because 'an event arrives'
        $events = $reader.EndInvoke($result)
        $events.Kind | Should -Be 'Banned'
        $events.Jail | Should -Be 'app-strict'
        $reader.Dispose()
    }

    It 'remembers what was banned, and how it ended' {
        Add-Ban 192.0.2.60, 198.51.100.60 app @at
        Remove-Ban 192.0.2.60 @at
        $entry = Get-BanHistory 192.0.2.60 @at
        $entry.Jail | Should -Be 'app'
        $entry.End | Should -Be 'Lifted'
        (Get-BanHistory 198.51.100.60 @at).End | Should -BeNullOrEmpty -Because 'it is in force'
        Get-BanHistory -Before ([datetime]::Now.AddDays(-1)) @at | Should -BeNullOrEmpty
        Get-BanHistory -After ([datetime]::Now.AddDays(-1)) -Jail 'app*' @at | Group-Object IPAddress | Should -Not -BeNullOrEmpty
        { Get-BanHistory -Jail nosuch @at -ErrorAction Stop } | Should -Not -Throw -Because 'a jail of the past may have gone'
    }

    It 'lets no second watch near its state' {
        { Start-BanWatch $fixture.ConfigPath @at -DryRun } | Should -Throw -ErrorId 'WatchAlreadyRunning,PSBan.Commands.StartBanWatchCommand'
        $second = Start-BanWatch $fixture.ConfigPath @at -DryRun -AsJob
        Wait-Job -Job $second -Timeout 60 | Should -Not -BeNullOrEmpty
        $second.State | Should -Be 'Failed'
        $second.Error.FullyQualifiedErrorId | Should -Be 'WatchAlreadyRunning'
        Remove-Job -Job $second
        (Get-BanWatch @at).ProcessId | Should -Be $PID
    }
}

Describe 'The end of a watch' {
    BeforeAll {
        $script:fixture = New-WatchFixture -Root (Join-Path -Path $TestDrive -ChildPath 'end')
        $script:at = @{ StatePath = $fixture.StatePath }
    }

    AfterAll {
        Remove-Item -Recurse -Force -LiteralPath $fixture.StatePath
    }

    It 'comes with Stop-Job, twenty times' {
        foreach ($round in 1..20) {
            $job = Invoke-WatchJob $fixture
            Add-FailureLine $fixture "192.0.2.$round"
            Stop-Job -Job $job
            $job.State | Should -Be 'Stopped' -Because "round $round"
            Assert-Gone $fixture
            Remove-Job -Job $job
        }
    }

    It 'comes with Select-Object -First, twenty times' {
        foreach ($round in 1..20) {
            (Start-BanWatch $fixture.ConfigPath @at -DryRun | Select-Object -First 1) | Should -BeOfType [PSBan.Model.BanEvent]
            Assert-Gone $fixture
        }
    }

    It 'comes with Ctrl-C, twenty times, whether it is still starting or at work' {
        foreach ($round in 1..20) {
            $shell = [powershell]::Create().AddScript({
                    param($Manifest, $Fixture)
                    Import-Module $Manifest
                    Start-BanWatch $Fixture.ConfigPath -StatePath $Fixture.StatePath -DryRun
                }).AddArgument((Get-ModuleUnderTest)).AddArgument($fixture)
            $null = $shell.BeginInvoke()
            if ($round % 2) {
                Wait-Until { Get-BanWatch @at -ErrorAction Ignore } -Because 'the watch starts'
            }
            else {
                Start-Sleep -Milliseconds ($round * 10)
            }

            $shell.Stop()
            Assert-Gone $fixture
            $shell.Dispose()
        }
    }

    It 'comes with Stop-BanWatch from elsewhere, and completes the job' {
        $job = Invoke-WatchJob $fixture
        Stop-BanWatch @at
        Get-BanWatch @at -ErrorAction Ignore | Should -BeNullOrEmpty
        Wait-Job -Job $job -Timeout 60 | Should -Not -BeNullOrEmpty
        $job.State | Should -Be 'Completed'
        (Receive-Job -Job $job).Kind | Select-Object -Last 1 | Should -Be 'Stopped'
        Assert-Gone $fixture
        Remove-Job -Job $job
    }

    It 'is over when Stop-BanWatch returns: the next watch can start at once, twenty times' {
        $job = Invoke-WatchJob $fixture
        foreach ($round in 1..20) {
            $ended = $job
            Stop-BanWatch @at
            $job = Invoke-WatchJob $fixture
            Remove-Job -Job $ended -Force
        }

        Remove-Job -Job $job -Force
        Assert-Gone $fixture
    }

    It 'leaves bans and history to be read where no watch runs' {
        $job = Invoke-WatchJob $fixture
        Add-Ban 192.0.2.70 app -Duration 1h @at
        Add-Ban 192.0.2.71 app @at
        Remove-Ban 192.0.2.71 @at
        Stop-Job -Job $job
        Remove-Job -Job $job
        Assert-Gone $fixture
        "$((Get-Ban 192.0.2.64/28 @at -WarningVariable warnings -WarningAction SilentlyContinue).Address)" | Should -Be '192.0.2.70'
        "$warnings" | Should -BeLike 'No watch is running*'
        (Get-BanHistory 192.0.2.71 @at).End | Should -Be 'Lifted'
        (Get-BanHistory 192.0.2.70 @at).Ended | Should -BeNullOrEmpty
        $job = Invoke-WatchJob $fixture
        (Get-Ban 192.0.2.70 @at).Restored | Should -BeTrue
        Remove-Ban -All -Force @at
        Remove-Job -Job $job -Force
    }

    It 'reaches whoever waits in Receive-Job, and the job can be removed there and then' {
        $job = Invoke-WatchJob $fixture
        $stopper = [powershell]::Create().AddScript({
                param($Manifest, $StatePath)
                Import-Module $Manifest
                # The watch ends only when somebody is already reading; the event of a ban by hand tells that it is so.
                Add-Ban 192.0.2.1 app -StatePath $StatePath
                Stop-BanWatch -StatePath $StatePath
            }).AddArgument((Get-ModuleUnderTest)).AddArgument($fixture.StatePath)
        $result = $null
        $kinds = $job | Receive-Job -Wait -AutoRemoveJob | ForEach-Object {
            if (-not $result) {
                $result = $stopper.BeginInvoke()
            }

            $_.Kind
        }
        $kinds | Should -Contain 'Banned'
        $kinds[-1] | Should -Be 'Stopped'
        Get-Job -Id $job.Id -ErrorAction Ignore | Should -BeNullOrEmpty
        $stopper.Dispose()
        Wait-Until { try { Assert-Gone $fixture; $true } catch { $false } } -Because 'the state directory is free'
    }

    It 'comes with Remove-Job -Force' {
        Invoke-WatchJob $fixture | Remove-Job -Force
        Assert-Gone $fixture
    }

    It 'comes with the end of the process: <Signal>' -Skip:$IsWindows -ForEach @(
        @{ Signal = 'TERM'; AsJob = '' }
        @{ Signal = 'TERM to a session with a job'; AsJob = '-AsJob; Start-Sleep 600' }
    ) {
        $command = "Import-Module '$(Get-ModuleUnderTest)'; Start-BanWatch '$($fixture.ConfigPath)' -StatePath '$($fixture.StatePath)' -DryRun $AsJob"
        $start = [System.Diagnostics.ProcessStartInfo]::new([System.Environment]::ProcessPath, [string[]]('-NoProfile', '-NonInteractive', '-Command', $command))
        $start.RedirectStandardOutput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        try {
            Wait-Until { Get-BanWatch @at -ErrorAction Ignore } -Because 'the watch starts'
            (Get-BanWatch @at).ProcessId | Should -Be $process.Id
            /bin/kill -TERM $process.Id
            $process.WaitForExit(60000) | Should -BeTrue
            Assert-Gone $fixture
        }
        finally {
            if (-not $process.HasExited) {
                $process.Kill()
            }
        }
    }

    It 'comes at once where the state directory is somebody else''s, which stays as it is' -Skip:$IsWindows {
        $foreign = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'foreign')
        $null = New-Item -ItemType File -Path "$foreign/letter.txt"
        chmod 755 $foreign.FullName
        { Start-BanWatch $fixture.ConfigPath -StatePath $foreign.FullName -DryRun } | Should -Throw -ErrorId 'StatePathUnusable,PSBan.Commands.StartBanWatchCommand'
        (Get-Item -LiteralPath $foreign).UnixMode | Should -Be 'drwxr-xr-x'
        Get-ChildItem -LiteralPath $foreign -Force | Should -HaveCount 1
    }

    It 'comes at once where the configuration has no jail that could run, with every problem said' {
        $bad = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'bad')
        Set-Content -LiteralPath "$bad/jail.local" -Value "[app]`nenabled = true`nfilter = nosuch`nlogpath = $($fixture.Log)"
        { Start-BanWatch $bad.FullName @at -DryRun -ErrorAction SilentlyContinue -ErrorVariable script:problems } |
            Should -Throw -ErrorId 'ConfigurationInvalid,PSBan.Commands.StartBanWatchCommand'
        { Start-BanWatch $fixture.ConfigPath @at -DryRun -Jail nosuch } | Should -Throw -ErrorId 'JailNotFound,PSBan.Commands.StartBanWatchCommand'
        $problems.FullyQualifiedErrorId | Should -Contain 'FilterNotFound,PSBan.Commands.StartBanWatchCommand'
        $job = Start-BanWatch $bad.FullName @at -DryRun -AsJob
        Wait-Job -Job $job -Timeout 60 | Should -Not -BeNullOrEmpty
        $job.State | Should -Be 'Failed'
        $job.Error.FullyQualifiedErrorId | Should -Be @('FilterNotFound', 'ConfigurationInvalid')
        Remove-Job -Job $job
        Assert-Gone $fixture
    }
}

Describe 'A real packet filter' -Tag 'Nft' {
    BeforeAll {
        # A network namespace of the test's own takes root, unshare and nft.
        $script:missing = if (-not $IsLinux) { 'it is Linux that has nftables' }
        elseif ((id -u) -ne '0') { 'it takes root' }
        elseif (@(Get-Command -Name nft, unshare -CommandType Application -ErrorAction Ignore).Count -lt 2) { 'nft or unshare is not installed' }
    }

    It 'holds the bans while the watch runs, and nothing of ours afterwards' {
        if ($missing -and -not $env:PSBAN_TEST_REQUIRE) {
            Set-ItResult -Skipped -Because $missing
            return
        }

        $fixture = New-WatchFixture -Root (Join-Path -Path $TestDrive -ChildPath 'nft')
        $support = "$PSScriptRoot/PesterSupport.psm1"
        $script = {
            param($Support, $ConfigPath, $StatePath, $Log)
            $ErrorActionPreference = 'Stop'
            Import-Module $Support
            Import-Module (Get-ModuleUnderTest)
            $job = Start-BanWatch $ConfigPath -StatePath $StatePath -Firewall nft -AsJob
            Wait-Until { Get-BanWatch -StatePath $StatePath -ErrorAction Ignore } -Because 'the watch starts'
            Add-FailureLine ([pscustomobject]@{ Log = $Log }) '192.0.2.1', '192.0.2.1', '2001:db8::1'
            Wait-Until { @(Get-Ban -StatePath $StatePath | Where-Object State -EQ Active).Count -eq 3 } -Because 'the bans stand'
            "during: $((nft list ruleset) -match 'elements' -replace '\s+', ' ')"
            Stop-Job -Job $job
            "after: $(nft list ruleset)"
            foreach ($round in 1..5) {
                $null = Start-BanWatch $ConfigPath -StatePath $StatePath -Firewall nft | Select-Object -First 1
                "round: $(nft list ruleset)"
            }
        }
        $said = unshare --net ([System.Environment]::ProcessPath) -NoProfile -NonInteractive -Command "& { $script } '$support' '$($fixture.ConfigPath)' '$($fixture.StatePath)' '$($fixture.Log)'"
        $said[0] | Should -Match '192\.0\.2\.1 .*2001:db8::1'
        $said[1] | Should -Be 'after: '
        $said[2..6] | Should -Be (@('round: ') * 5)
        Remove-Item -Recurse -Force -LiteralPath $fixture.StatePath
    }
}
