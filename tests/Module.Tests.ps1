#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

BeforeAll {
    Import-Module "$PSScriptRoot/PesterSupport.psm1" -Force
    $script:manifestPath = Get-ModuleUnderTest
    $script:manifest = Import-PowerShellDataFile -LiteralPath $manifestPath
}

Describe 'The manifest' {
    It 'is valid' {
        (Test-ModuleManifest -Path $manifestPath -ErrorAction Stop).Name | Should -Be 'PSBan'
    }

    It 'has the version of the assembly' {
        $assembly = [System.Reflection.AssemblyName]::GetAssemblyName((Join-Path -Path (Split-Path -Path $manifestPath) -ChildPath 'PSBan.dll'))
        $assembly.Version.ToString(3) | Should -Be $manifest.ModuleVersion
    }

    It 'turns Windows PowerShell 5.1 away' {
        [version]$manifest.PowerShellVersion | Should -BeGreaterThan ([version]'5.1')
        $manifest.CompatiblePSEditions | Should -Be 'Core'
    }

    It 'exports nothing by wildcard' {
        foreach ($list in 'CmdletsToExport', 'FunctionsToExport', 'VariablesToExport', 'AliasesToExport') {
            $manifest.ContainsKey($list) | Should -BeTrue -Because "$list must be explicit"
            $manifest[$list] | Should -Not -Contain '*'
        }
    }

    It 'lists its cmdlets in order' {
        $manifest.CmdletsToExport | Should -Be ($manifest.CmdletsToExport | Sort-Object)
    }
}

Describe 'Importing' {
    It 'exports what the manifest lists, and all that the assembly has' {
        $names = Invoke-CleanShell { (Get-Command -Module PSBan).Name }
        $names | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        $all = Invoke-CleanShell { (Get-Module PSBan).ImplementingAssembly ?? (Get-Command Get-Ban).ImplementingType.Assembly | ForEach-Object { $_.GetExportedTypes() } |
                Where-Object { $_.GetCustomAttributes([System.Management.Automation.CmdletAttribute], $false) } | ForEach-Object FullName }
        $all.Count | Should -Be $manifest.CmdletsToExport.Count
    }

    It 'works twice, with -Force, and after removing' {
        Invoke-CleanShell {
            $manifest = (Get-Module PSBan).Path -replace 'PSBan\.dll$', 'PSBan.psd1'
            Import-Module $manifest
            Import-Module $manifest -Force
            Remove-Module PSBan
            (Get-Command Get-Ban -ErrorAction Ignore -CommandType Cmdlet | Where-Object Source -eq PSBan | Measure-Object).Count
            Import-Module $manifest
            (Get-Command -Module PSBan | Measure-Object).Count
        } | Should -Be @('0', [string]$manifest.CmdletsToExport.Count)
    }

    It 'works in two runspaces at once' {
        Invoke-CleanShell -ArgumentList $manifestPath {
            param($Manifest)
            $shells = 1..2 | ForEach-Object {
                $shell = [powershell]::Create().AddScript({
                        param($Manifest)
                        Import-Module $Manifest
                        'Nov 20 05:00:00 a 192.0.2.1' | Find-BanFailure 'a <HOST>$' | ForEach-Object { "$($_.Address)" }
                    }).AddArgument($Manifest)
                @{ Shell = $shell; Result = $shell.BeginInvoke() }
            }
            $shells | ForEach-Object { $_.Shell.EndInvoke($_.Result) }
        } | Should -Be @('192.0.2.1', '192.0.2.1')
    }

    It 'only registers: no thread, no file, no variable' {
        Invoke-CleanShell {
            Remove-Module PSBan
            $before = Get-Variable -Scope Global | ForEach-Object Name
            Import-Module ((Get-Module -ListAvailable $args[0]).Path)
            Get-Variable -Scope Global | ForEach-Object Name | Where-Object { $_ -notin $before -and $_ -ne 'before' }
        } -ArgumentList $manifestPath | Should -BeNullOrEmpty
    }

    It 'brings two assemblies of its own; what others made lies in a folder apart' {
        Get-ChildItem -Path (Split-Path -Path $manifestPath) -Filter '*.dll' | ForEach-Object Name | Sort-Object | Should -Be @('PSBan.Core.dll', 'PSBan.dll')
    }
}
