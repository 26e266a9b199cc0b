Attribute VB_Name = "CreditBridge"
Option Explicit
Option Private Module
' Carries the call of a cell to Python and its answer back.
' What must stay true: a blank, an error and an argument left out reach Python as what they are; an error comes back as a real error,
' whatever happens; the server is looked up once, not for every cell; words come from the sheet of the add-in, so that they may be Chinese.

Private Const CALLS As String = "creditlib_addin.hosts.xlwings_calls"
Private Const QUIET_SECONDS As Long = 10
Private Const DAYS_BEFORE_1904 As Long = 1462
Private held As Object
Private trouble As String
Private quietUntil As Date

Public Function CreditCall(ByVal functionName As String, ByVal given As Variant) As Variant
#If Mac Then
    CreditCall = CreditRefused(functionName, CreditWord("mac"), 2029)
#Else
    Dim tries As Long, what As String
    If Len(trouble) > 0 Then
        If Now < quietUntil Then ' thousands of cells must not each wait for a server that is not there
            CreditCall = CreditRefused(functionName, trouble, 2015)
            Exit Function
        End If
        trouble = ""
    End If
    On Error GoTo failed
again:
    If held Is Nothing Then Set held = XLPy()
    CreditCall = CreditReal(held.CallUDF(CALLS, "CREDITCALL", CreditGiven(functionName, given)))
    Exit Function
failed:
    what = Err.Description ' the next procedure called clears it
    Set held = Nothing
    tries = tries + 1
    If tries = 1 Then Resume again ' the server may have been ended in the meantime
    trouble = Replace(CreditWord("unreachable"), "{what}", what)
    quietUntil = Now + QUIET_SECONDS / 86400#
    CreditCall = CreditRefused(functionName, trouble, 2015)
#End If
End Function

Public Sub CreditForget()
    Set held = Nothing
    trouble = ""
End Sub

Public Function CreditWord(ByVal key As String) As String
    Dim r As Long
    With ThisWorkbook.Worksheets(1)
        For r = 1 To 40
            If .Cells(r, 1).Value2 = key Then
                CreditWord = .Cells(r, 2).Value2
                Exit Function
            End If
        Next r
    End With
    CreditWord = key
End Function

Private Function CreditRefused(ByVal functionName As String, ByVal why As String, ByVal number As Long) As Variant
    If functionName = "CREDITWHY" Then
        CreditRefused = why
    Else
        CreditRefused = CVErr(number)
    End If
End Function

Private Function CreditGiven(ByVal functionName As String, ByVal given As Variant) As Variant
    Dim made() As Variant, i As Long
    ReDim made(0 To UBound(given) - LBound(given) + 2)
    made(0) = functionName
    made(1) = CreditEpoch()
    For i = LBound(given) To UBound(given)
        made(i - LBound(given) + 2) = CreditCells(given(i))
    Next i
    CreditGiven = made
End Function

Private Function CreditEpoch() As Long
    Dim late As Boolean
    On Error Resume Next ' called from a macro there is no cell that calls; after an error in a condition VBA would go on inside it
    late = Application.Caller.Worksheet.Parent.Date1904
    CreditEpoch = 1900
    If late Then CreditEpoch = 1904
End Function

Private Function CreditCells(Optional ByVal item As Variant) As Variant
    Dim area As Range
    If Not IsObject(item) Then
        CreditCells = item
        Exit Function
    End If
    Set area = item
    If area.Areas.Count > 1 Then
        CreditCells = CVErr(2023)
        Exit Function
    End If
    Set area = CreditUsed(area)
    CreditCells = CreditDated(area)
End Function

Private Function CreditUsed(ByVal area As Range) As Range
    ' A whole column is read down to the last row in use: a million blanks are nobody's customers.
    Dim last As Long
    Set CreditUsed = area
    If area.Rows.Count < area.Worksheet.Rows.Count Then Exit Function
    With area.Worksheet.UsedRange
        last = .Row + .Rows.Count - 1
    End With
    Set CreditUsed = area.Resize(last)
End Function

Private Function CreditDated(ByVal area As Range) As Variant
    ' Value2 keeps every digit of an amount, Value alone knows a date: both are read, and a day is counted as its workbook counts.
    Dim plain As Variant, shown As Variant, before As Long, r As Long, c As Long
    If area.Worksheet.Parent.Date1904 Then before = DAYS_BEFORE_1904
    plain = area.Value2
    shown = area.Value
    If IsArray(plain) Then
        For r = LBound(plain, 1) To UBound(plain, 1)
            For c = LBound(plain, 2) To UBound(plain, 2)
                If VarType(shown(r, c)) = vbDate Then plain(r, c) = CDate(plain(r, c) + before)
            Next c
        Next r
    ElseIf VarType(shown) = vbDate Then
        plain = CDate(plain + before)
    End If
    CreditDated = plain
End Function

Private Function CreditReal(ByVal answer As Variant) As Variant
    ' Errors come as their text; one row comes without its rows.
    Dim r As Long, c As Long
    If Not IsArray(answer) Then
        CreditReal = CreditError(answer)
        Exit Function
    End If
    If CreditFlat(answer) Then
        For r = LBound(answer) To UBound(answer)
            answer(r) = CreditError(answer(r))
        Next r
    Else
        For r = LBound(answer, 1) To UBound(answer, 1)
            For c = LBound(answer, 2) To UBound(answer, 2)
                answer(r, c) = CreditError(answer(r, c))
            Next c
        Next r
    End If
    CreditReal = answer
End Function

Private Function CreditFlat(ByVal answer As Variant) As Boolean
    Dim last As Long
    CreditFlat = True
    On Error GoTo one
    last = UBound(answer, 2)
    CreditFlat = False
one:
End Function

Private Function CreditError(ByVal cell As Variant) As Variant
    CreditError = cell
    If VarType(cell) <> vbString Then Exit Function
    If Left$(cell, 1) <> "#" Then Exit Function
    Select Case cell
{errors}
    End Select
End Function
