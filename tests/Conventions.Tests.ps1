#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeDiscovery {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    Import-Module (Get-ModuleUnderTest)
    $script:commands = Get-Command -Module PSBan | ForEach-Object { @{ Name = $_.Name; Command = $_ } }
}

BeforeAll {
    $script:common = [System.Management.Automation.PSCmdlet]::CommonParameters + [System.Management.Automation.PSCmdlet]::OptionalCommonParameters
    $script:approved = (Get-Verb).Verb
}

Describe '<Name>' -ForEach $commands {
    BeforeAll {
        $script:metadata = [System.Management.Automation.CommandMetadata]::new($Command)
        $script:parameters = $Command.Parameters.Values | Where-Object Name -NotIn $common
    }

    It 'has an approved verb and a singular noun with the prefix Ban' {
        $Command.Verb | Should -BeIn $approved
        $Command.Noun | Should -MatchExactly '^Ban([A-Z][a-z]+)*$'
        $Command.Noun | Should -Not -Match 's$'
    }

    It 'is a class of the name that error ids carry' {
        $Command.ImplementingType.FullName | Should -Be "PSBan.Commands.$($Command.Verb)$($Command.Noun)Command"
    }

    It 'says what it hands out' {
        $Command.OutputType | Should -Not -BeNullOrEmpty
    }

    It 'asks before it changes something, and only then' {
        $metadata.SupportsShouldProcess | Should -Be ($Command.Verb -in 'Start', 'Stop', 'Add', 'Remove', 'Set', 'Suspend', 'Resume', 'Update', 'Sync', 'Clear')
    }

    It 'has switches and no boolean parameters' {
        $parameters | Where-Object { $_.ParameterType -in [bool], [Nullable[bool]] } | Should -BeNullOrEmpty
    }

    It 'names its parameters in Pascal case' {
        foreach ($parameter in $parameters) {
            $parameter.Name | Should -MatchExactly '^[A-Z][A-Za-z]+$'
        }
    }

    It 'takes at most one parameter by value in a set' {
        foreach ($set in $Command.ParameterSets) {
            @($set.Parameters | Where-Object ValueFromPipeline).Count | Should -BeLessOrEqual 1 -Because "set $($set.Name)"
        }
    }

    It 'never takes a length of time as a bare number' {
        foreach ($parameter in $parameters | Where-Object { $_.Name -match 'Duration|Time$' -and $_.ParameterType -ne [switch] }) {
            $parameter.Attributes | Where-Object { $_ -is [PSBan.Binding.DurationTransformationAttribute] } | Should -Not -BeNullOrEmpty
        }
    }

    It 'completes the names of jails, filters and packet filters' {
        foreach ($parameter in $parameters | Where-Object { $_.Name -in 'Jail', 'Filter', 'Firewall' -or ($Command.Noun -eq 'BanJail' -and $_.Name -eq 'Name') }) {
            $parameter.Attributes | Where-Object { $_ -is [ArgumentCompleter] } | Should -Not -BeNullOrEmpty -Because "-$($parameter.Name)"
        }
    }
}
