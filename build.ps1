#!/usr/bin/env pwsh
#Requires -Version 7.4
<#
.SYNOPSIS
    Builds, tests, analyses and packs PSBan from PowerShell.
.DESCRIPTION
    Build    leaves the module in out/PSBan, with the built help where Microsoft.PowerShell.PlatyPS is installed.
    Test     builds, runs the tests of the engine and then the Pester suite in a clean process.
    Analyze  runs PSScriptAnalyzer over every script and fails on whatever it finds.
    Package  builds in Release and packs out/PSBan-<version>.zip.
.PARAMETER PesterOnly
    With Test: runs the Pester suite alone, on the module as it was built last; only its help is built anew.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Analyze', 'Package')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug',

    [switch] $PesterOnly
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true

$root = $PSScriptRoot
$modulePath = "$root/out/PSBan"
$manifestPath = "$modulePath/PSBan.psd1"

function Build-Module {
    [CmdletBinding()]
    param([string] $Configuration)

    dotnet build "$root/PSBan.sln" --configuration $Configuration
    Build-Help
}

function Build-Help {
    [CmdletBinding()]
    param()

    if (-not (Get-Module -ListAvailable Microsoft.PowerShell.PlatyPS)) {
        Write-Warning 'Microsoft.PowerShell.PlatyPS is not installed: Get-Help shows the syntax of the cmdlets and the about pages, not the pages of en-US.'
        return
    }

    # PlatyPS puts the file into a folder of the module's name; the module wants it in en-US.
    $folder = "$root/out/help"
    $built = Get-ChildItem -Path "$root/en-US/*.md" |
        Microsoft.PowerShell.PlatyPS\Import-MarkdownCommandHelp |
        Microsoft.PowerShell.PlatyPS\Export-MamlCommandHelp -OutputFolder $folder -Force
    $help = [xml]::new()
    $help.PreserveWhitespace = $true
    $help.Load($built.FullName)
    Repair-Example -Help $help
    $null = New-Item -ItemType Directory -Force -Path "$modulePath/en-US"
    $help.Save("$modulePath/en-US/$($built.Name)")
    Remove-Item -Recurse -Force -Path $folder
}

# PlatyPS leaves the code of an example in the introduction, fences and all, and the code element empty.
function Repair-Example {
    [CmdletBinding()]
    param([xml] $Help)

    foreach ($example in $Help.GetElementsByTagName('command:example')) {
        $remarks = $example['dev:remarks']
        foreach ($paragraph in @($example['maml:introduction'].GetElementsByTagName('maml:para'))) {
            $null = $paragraph.ParentNode.RemoveChild($paragraph)
            if ($paragraph.InnerText -match '(?s)^```\w*\r?\n(.*?)\r?\n```$') {
                $example['dev:code'].InnerText = $Matches[1]
            }
            elseif ($paragraph.InnerText -notmatch '^[\s\x80]*$') {
                $null = $remarks.AppendChild($paragraph)
            }
        }
    }
}

function Invoke-PesterSuite {
    [CmdletBinding()]
    param()

    # A process of its own: an assembly that was loaded once cannot be loaded anew.
    $suite = {
        param([string] $Root)
        Import-Module Pester -MinimumVersion 5.0
        $configuration = New-PesterConfiguration
        $configuration.Run.Path = "$Root/tests/*.Tests.ps1"
        $configuration.Run.PassThru = $true
        $configuration.Output.Verbosity = 'Detailed'
        $result = Invoke-Pester -Configuration $configuration
        # The containers that could not even be read count as failures.
        $failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
        'Pester: {0} passed, {1} failed, {2} skipped' -f $result.PassedCount, $failed, $result.SkippedCount
        exit [int]($failed -gt 0 -or $result.PassedCount -eq 0)
    }

    & ([System.Environment]::ProcessPath) -NoProfile -NonInteractive -Command "& { $suite } '$($root -replace "'", "''")'"
}

switch ($Task) {
    'Build' {
        Build-Module -Configuration $Configuration
    }
    'Test' {
        if ($PesterOnly) {
            Build-Help
        }
        else {
            Build-Module -Configuration $Configuration
            dotnet test "$root/PSBan.sln" --configuration $Configuration --no-build
        }

        Invoke-PesterSuite
    }
    'Analyze' {
        $scripts = Get-ChildItem -Path $root -Recurse -File -Include '*.ps1', '*.psm1', '*.psd1' |
            Where-Object FullName -NotMatch '[\\/](out|bin|obj)[\\/]'
        $found = $scripts | ForEach-Object { Invoke-ScriptAnalyzer -Path $_.FullName }
        $found | Format-Table -AutoSize -Property Severity, RuleName, ScriptName, Line, Message | Out-String -Width 200
        if ($found) {
            throw "PSScriptAnalyzer found $(@($found).Count) things in $(@($scripts).Count) scripts."
        }

        "PSScriptAnalyzer found nothing in $(@($scripts).Count) scripts."
    }
    'Package' {
        Remove-Item -Recurse -Force -Path $modulePath -ErrorAction Ignore
        Build-Module -Configuration Release
        $version = (Import-PowerShellDataFile -Path $manifestPath).ModuleVersion
        $package = "$root/out/PSBan-$version.zip"
        Compress-Archive -Path $modulePath -DestinationPath $package -Force
        Get-Item -Path $package
    }
}
