#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)
    $script:commands = Get-Command -Module PSBan | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
    $script:topics = Get-ChildItem -Path "$PSScriptRoot/../en-US/about_*.help.txt" | ForEach-Object { @{ Topic = $_.Name -replace '\.help\.txt$'; File = $_.FullName } }
    $script:hasBuiltHelp = Test-Path -LiteralPath (Join-Path -Path (Split-Path -Path (Get-ModuleUnderTest)) -ChildPath 'en-US/PSBan.dll-Help.xml')
}

BeforeAll {
    $script:common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters

    # The commands of a script with the parameters that they do not have: an example must at least bind.
    function Get-UnknownParameter {
        param([string] $Script)

        $problems = $null
        $ast = [System.Management.Automation.Language.Parser]::ParseInput($Script, [ref]$null, [ref]$problems)
        $problems | ForEach-Object { "does not parse: $_" }
        foreach ($call in $ast.FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $true)) {
            $command = Get-Command -Name $call.GetCommandName() -ErrorAction Ignore
            if ($command.Source -ne 'PSBan') {
                continue
            }

            foreach ($parameter in $call.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] }) {
                if (-not $command.Parameters.ContainsKey($parameter.ParameterName)) {
                    "$($command.Name) has no -$($parameter.ParameterName)"
                }
            }
        }
    }
}

Describe 'The page of <Name>' -ForEach $commands {
    BeforeAll {
        $script:page = Get-Content -Raw -LiteralPath "$PSScriptRoot/../en-US/$Name.md"
        $script:examples = [regex]::Matches($page, '(?ms)^```powershell\r?\n(.*?)^```')
    }

    It 'is written to the end' {
        $page | Should -Not -Match '\{\{'
    }

    It 'describes every parameter, and no other' {
        $documented = [regex]::Matches($page, '(?m)^### -(\w+)\r?$') | ForEach-Object { $_.Groups[1].Value } | Where-Object { $_ -notin $common }
        $declared = $Command.Parameters.Keys | Where-Object { $_ -notin $common }
        $documented | Sort-Object | Should -Be ($declared | Sort-Object)
    }

    It 'has two examples that bind' {
        $examples.Count | Should -BeGreaterOrEqual 2
        foreach ($example in $examples) {
            Get-UnknownParameter -Script $example.Groups[1].Value | Should -BeNullOrEmpty
        }
    }
}

Describe 'The topic <Topic>' -ForEach $topics {
    It 'is found by Get-Help' {
        Invoke-CleanShell -ArgumentList $Topic { (Get-Help $args[0]).Trim().Length -gt 100 } | Should -Be 'True'
    }

    It 'fits 80 columns' {
        Get-Content -LiteralPath $File | Where-Object Length -GT 80 | Should -BeNullOrEmpty
    }

    It 'names only commands that exist' {
        $named = [regex]::Matches((Get-Content -Raw -LiteralPath $File), '\b(Add|Find|Get|Remove|Start|Stop|Test|Watch|Update|Set|Suspend|Resume|Measure|Export|Install|Clear|Sync)-Ban\w*')
        $named | ForEach-Object Value | Sort-Object -Unique | Where-Object { -not (Get-Command -Name $_ -Module PSBan -ErrorAction Ignore) } | Should -BeNullOrEmpty
    }
}

Describe 'The built help' -Skip:(-not $hasBuiltHelp) {
    It 'shows synopsis, description and examples of <Name>' -ForEach $commands {
        $help = Get-Help -Name $Name -Full
        $help.Synopsis | Should -Not -Match '^\s*$|\[-'
        $help.Description.Text | Should -Not -BeNullOrEmpty
        @($help.Examples.Example).Count | Should -BeGreaterOrEqual 2
        $help.Examples.Example.Code | Should -Not -Match '^\s*$|```'
    }
}
