#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)

    $script:config = Join-Path -Path $TestDrive -ChildPath 'config'
    $null = New-Item -ItemType Directory -Path "$config/filter.d", "$config/jail.d"
    Set-Content -LiteralPath "$config/filter.d/mine.conf", "$config/filter.d/it's mine.conf", "$config/filter.d/mine-common.conf" -Value '[Definition]'
    Set-Content -LiteralPath "$config/jail.local" -Value "[DEFAULT]`nenabled = false`n[mine]`n[my web]`n"
    Set-Content -LiteralPath "$config/jail.d/more.conf" -Value "[mine-too]`n"

    function Get-Completion {
        param([string] $Line)

        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches
    }
}

Describe 'Completion' {
    It 'offers filters of the directory and the stock ones, quoted where they must be' {
        (Get-Completion "Test-BanFilter -ConfigPath '$config' -Filter ").CompletionText | Should -Contain 'sshd'
        (Get-Completion "Test-BanFilter -ConfigPath '$config' -Filter mi").CompletionText | Should -Be 'mine'
        (Get-Completion "Test-BanFilter -ConfigPath '$config' -Filter it").CompletionText | Should -Be "'it''s mine'"
        (Get-Completion "Test-BanFilter -ConfigPath '$config' -Filter mi").ToolTip | Should -BeLike '*mine.conf'
    }

    It 'offers the jails that a directory names' {
        (Get-Completion "Start-BanWatch -ConfigPath '$config' -Jail mi").CompletionText | Should -Be @('mine', 'mine-too')
        (Get-Completion "Test-BanConfiguration -ConfigPath '$config' -Jail 'my ").CompletionText | Should -Be "'my web'"
    }

    It 'offers no stock jails where a directory stands alone' {
        (Get-Completion "Start-BanWatch -ConfigPath '$config' -Jail ssh").CompletionText | Should -Contain 'sshd'
        $alone = New-Item -ItemType Directory -Path (Join-Path -Path $TestDrive -ChildPath 'alone')
        Set-Content -LiteralPath "$alone/jail.conf" -Value "[only]`n"
        (Get-Completion "Start-BanWatch -ConfigPath '$alone' -Jail ").CompletionText | Should -Be 'only'
    }

    It 'finds a directory from the location of PowerShell' {
        Push-Location -LiteralPath $TestDrive
        try {
            (Get-Completion 'Start-BanWatch -ConfigPath ./config -Jail mine-').CompletionText | Should -Be 'mine-too'
        }
        finally {
            Pop-Location
        }
    }

    It 'offers the packet filters' {
        (Get-Completion 'Start-BanWatch -Firewall ').CompletionText | Should -Be @('auto', 'nft', 'iptables', 'ipset', 'windows-firewall', 'command', 'dry-run')
    }

    It 'is silent where there is nothing to offer: <Line>' -ForEach @(
        @{ Line = 'Get-BanJail -StatePath /nowhere/at/all -Name ' }
        @{ Line = 'Remove-Ban -StatePath nodrive:\x -Address ' }
        @{ Line = 'Start-BanWatch -ConfigPath /nowhere/at/all -Jail zzz' }
        @{ Line = 'Test-BanFilter -Filter zzz' }
    ) {
        $Error.Clear()
        $offered = Get-Completion $Line | Where-Object ResultType -EQ 'ParameterValue'
        $offered | Should -BeNullOrEmpty
    }
}
