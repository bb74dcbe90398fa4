#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)

    # A network namespace of the test's own takes root, unshare and nft.
    $script:missing = if (-not $IsLinux) { 'it is Linux that has nftables' }
    elseif ((id -u) -ne '0') { 'it takes root' }
    elseif (@(Get-Command -Name nft, unshare -CommandType Application -ErrorAction Ignore).Count -lt 2) { 'nft or unshare is not installed' }

    # Runs a script in a session of its own, inside a namespace of its own, with a fixture and the module; hands out the objects as they come out of JSON.
    function Invoke-Inside {
        param([scriptblock] $Script)

        $fixture = New-WatchFixture -Root (Join-Path -Path $TestDrive -ChildPath ([System.IO.Path]::GetRandomFileName()))
        $frame = {
            param($Support, $ConfigPath, $StatePath, $Script, $Answer)
            $ErrorActionPreference = 'Stop'
            Import-Module $Support
            Import-Module (Get-ModuleUnderTest)
            # What the script finds as $at and $run.
            Set-Variable -Name at -Value @{ StatePath = $StatePath }
            Set-Variable -Name run -Value @{ ConfigPath = $ConfigPath; StatePath = $StatePath; Firewall = 'nft' }
            ConvertTo-Json -Depth 5 -InputObject (& ([scriptblock]::Create($Script))) | Set-Content -LiteralPath $Answer
        }
        try {
            $quoted = "$PSScriptRoot/PesterSupport.psm1", $fixture.ConfigPath, $fixture.StatePath, "$Script", "$($fixture.Log).json" | ForEach-Object { "'{0}'" -f ($_ -replace "'", "''") }
            $said = unshare --net ([System.Environment]::ProcessPath) -NoProfile -NonInteractive -OutputFormat Text -Command "& { $frame } $($quoted -join ' ')"
            $LASTEXITCODE | Should -Be 0 -Because "$said"
            Get-Content -Raw -LiteralPath "$($fixture.Log).json" | ConvertFrom-Json
        }
        finally {
            Remove-Item -Recurse -Force -LiteralPath $fixture.StatePath -ErrorAction Ignore
        }
    }
}

Describe 'Get-BanFirewall' {
    It 'shows every packet filter, and why one cannot be used' {
        $all = Get-BanFirewall -StatePath (Join-Path -Path $TestDrive -ChildPath 'nowhere')
        $all.Name | Should -Be @('nft', 'iptables', 'ipset', 'dry-run')
        foreach ($status in $all) {
            [bool] $status.Reason | Should -Be (-not $status.Usable) -Because $status.Name
        }

        ($all | Where-Object Name -EQ 'dry-run').Usable | Should -BeTrue
        ($all | Format-Table | Out-String) | Should -Match 'dry-run +True'
    }

    It 'takes names with wildcards' {
        (Get-BanFirewall 'ip*').Name | Should -Be @('iptables', 'ipset')
        Get-BanFirewall 'x*' | Should -BeNullOrEmpty
    }
}

Describe 'A packet filter that somebody else meddles with' {
    It 'is looked into, repaired and cleared' {
        if ($missing -and -not $env:PSBAN_TEST_REQUIRE) {
            Set-ItResult -Skipped -Because $missing
            return
        }

        $said = Invoke-Inside {
            $job = Start-BanWatch @run -AsJob
            Wait-Until { Get-BanWatch @at -ErrorAction Ignore } -Because 'the watch starts'
            $null = Add-Ban 192.0.2.1, 2001:db8::1 app @at -PassThru
            $null = Add-Ban 198.51.100.0/24 app-strict @at -PassThru
            $result = [ordered]@{ InUse = (Get-BanFirewall nft @at).InUse }
            $result.Good = @(Get-Ban @at | Test-BanFirewall @at)
            $result.Inside = @((Test-BanFirewall 198.51.100.7 @at).Id | ForEach-Object ToString)
            $result.Nobody = @(Test-BanFirewall 203.0.113.9 @at -ErrorAction SilentlyContinue -ErrorVariable nobody)
            $result.NobodyError = "$($nobody[0].FullyQualifiedErrorId)"
            $result.Agreed = @(Sync-BanFirewall @at)
            nft flush set inet psban addr4-app
            $result.Bad = @(Test-BanFirewall -Jail app @at)
            $result.Repaired = @(Sync-BanFirewall @at)
            nft flush ruleset
            $result.Flushed = @(Test-BanFirewall @at)
            $result.Anew = @(Sync-BanFirewall @at)
            $result.Healed = @(Get-Ban -Jail 'app*' @at | Test-BanFirewall @at)
            $result.View = (Test-BanFirewall 192.0.2.1 @at | Format-Table | Out-String -Width 200)
            $result.Busy = try { Clear-BanFirewall @at -Confirm:$false } catch { $_.FullyQualifiedErrorId }
            Stop-Job -Job $job
            $result.After = "$(nft list ruleset)"
            $result
        }
        $said.InUse | Should -Be @('app', 'app-strict')
        $said.Good | Should -HaveCount 3
        $said.Good.InForce | Should -Not -Contain $false
        $said.Inside | Should -Be '198.51.100.0/24'
        $said.Nobody | Should -BeNullOrEmpty
        $said.NobodyError | Should -Be 'AddressNotBanned,PSBan.Commands.TestBanFirewallCommand'
        $said.Agreed.Wanted | Should -Be @(2, 1)
        ($said.Agreed | Measure-Object -Sum Restored).Sum | Should -Be 0
        $said.Bad.InForce | Should -Be @($false, $true)
        $said.Bad[0].Remedy | Should -BeLike 'Sync-BanFirewall*'
        $said.Repaired.Restored | Should -Be @(1, 0)
        $said.Flushed.InForce | Should -Not -Contain $true
        $said.Anew.RulesMadeAnew | Should -Be @($true, $true)
        $said.Anew.Restored | Should -Be @(2, 1)
        $said.Healed.InForce | Should -Be @($true, $true, $true)
        $said.View | Should -Match '192\.0\.2\.1 +True +nft +inet psban'
        $said.Busy | Should -Be 'WatchStillRunning,PSBan.Commands.ClearBanFirewallCommand'
        $said.After | Should -BeNullOrEmpty
    }

    It 'gives up what a killed watch has left, and nothing else' {
        if ($missing -and -not $env:PSBAN_TEST_REQUIRE) {
            Set-ItResult -Skipped -Because $missing
            return
        }

        $said = Invoke-Inside {
            nft add table inet foreign
            nft add table inet psban
            nft 'add chain inet psban input-sshd { type filter hook input priority -1; }'
            $result = [ordered]@{}
            Clear-BanFirewall @at -WhatIf
            $result.Whole = "$(nft list tables)"
            $result.Cleared = @(Clear-BanFirewall @at -Confirm:$false -PassThru)
            $result.Left = "$(nft list tables)"
            $result.Again = @(Clear-BanFirewall @at -Force -PassThru)
            $result
        }
        $said.Whole | Should -Be 'table inet foreign table inet psban'
        $said.Cleared.Name | Should -Be 'nft'
        $said.Cleared.Ours | Should -Be @('table inet psban', 'chain input-sshd')
        $said.Left | Should -Be 'table inet foreign'
        $said.Again | Should -BeNullOrEmpty
    }
}
