Attribute VB_Name = "CreditRibbon"
Option Explicit
' What the buttons of the ribbon do.
' What must stay true: each button of the ribbon has its procedure here, and each but the wizard runs the macro of its name in Python.

Private Sub CreditRun(ByVal macro As String)
    If ActiveWorkbook Is Nothing Then
        MsgBox CreditWord("no_workbook")
        Exit Sub
    End If
    CreditForget
    RunPython "from creditlib_addin.hosts.excel import run; run('" & macro & "')"
End Sub

Public Sub CreditRibbon_insert_function(control As IRibbonControl)
    If ActiveCell Is Nothing Then
        MsgBox CreditWord("no_workbook")
        Exit Sub
    End If
    ActiveCell.FunctionWizard
End Sub
