"""The VBA of the Excel add-in: one wrapper for each function of the catalogue, the bridge to Python, the buttons of the ribbon.

What must stay true: everything that can differ between functions comes from the catalogue; the wrappers hold no logic; the source is plain
ASCII but for the help of functions, which is in the code page of the project; texts a person sees at work stand in cells, not in VBA.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

from creditlib.errors import Lang

from .. import CATALOGUE
from ..udf import Function
from .errors import NUMBERS
from .ribbon import BUTTONS

FUNCTIONS, BRIDGE, RIBBON = "CreditFunctions", "CreditBridge", "CreditRibbon"
CODE_PAGE: Final[dict[Lang, int]] = {"en": 1252, "zh": 936}
CATEGORY_NUMBER: Final = 20
"""Of our own category in a function wizard: the first after those Excel brings along (`xlam.BUILT_IN_CATEGORIES`)."""

_PLAIN: Final = str.maketrans({"−": "-"})  # no code page of Windows has the sign
_RESERVED: Final = frozenset(
    """and any as boolean byref byte byval call case close const currency date declare dim do double each else empty end enum eqv erase
    error event exit false for friend function get global gosub goto if imp implements in input integer is let lib like line lock long
    loop lset me mod name new next not nothing null object on open option optional or paramarray preserve print private property public
    put raiseevent redim rem resume return rset seek select set single static step stop string sub then to true type unlock until
    variant wend while with write xor""".split()  # noqa: SIM905
)


def parameter(name: str) -> str:
    """Return the name of an argument as VBA takes it; Excel's wizard shows the same.

    >>> parameter("as_of"), parameter("function")
    ('as_of', 'function_')
    """
    return f"{name}_" if name in _RESERVED else name


def functions_module(lang: Lang) -> str:
    """Return the module of wrappers, each with its help in one language."""
    lines = [
        f'Attribute VB_Name = "{FUNCTIONS}"',
        "Option Explicit",
        "' Made from the catalogue of creditlib. Each function only passes on.",
    ]
    for function in CATALOGUE.values():
        lines += ["", *_wrapper(function, lang)]
    return _text(lines)


def _wrapper(function: Function, lang: Lang) -> list[str]:
    name, arguments = function.name, [parameter(a.name) for a in function.arguments]
    taken = [
        f"{'' if a.required else 'Optional '}{shown} As Variant"
        for a, shown in zip(function.arguments, arguments, strict=True)
    ]
    if function.rest:
        taken.append("ParamArray arguments() As Variant")
    lines = [
        f"Public Function {name}({', '.join(taken)}) As Variant",
        f"Attribute {name}.VB_Description = {quoted(function.help(lang).translate(_PLAIN))}",
        f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n{CATEGORY_NUMBER}"',
    ]
    if function.rest:
        lines += _with_rest(name, arguments)
    else:
        lines.append(f'    {name} = CreditCall("{name}", Array({", ".join(arguments)}))')
    return [*lines, "End Function"]


def _with_rest(name: str, arguments: list[str]) -> list[str]:
    first = len(arguments)
    return [
        "    Dim given() As Variant, i As Long",
        f"    ReDim given(0 To {first} + UBound(arguments) - LBound(arguments))",
        *[
            line
            for i, a in enumerate(arguments)
            for line in (f"    If IsObject({a}) Then Set given({i}) = {a} Else given({i}) = {a}",)
        ],
        "    For i = LBound(arguments) To UBound(arguments)",
        f"        If IsObject(arguments(i)) Then Set given({first} + i - LBound(arguments)) = arguments(i) "
        f"Else given({first} + i - LBound(arguments)) = arguments(i)",
        "    Next i",
        f'    {name} = CreditCall("{name}", given)',
    ]


def bridge_module() -> str:
    """Return the module that carries a call to Python and its answer back."""
    errors = [f'        Case "{text}": CreditError = CVErr({number})' for text, number in NUMBERS.items()]
    return _crlf(_resource("bridge.bas").replace("{errors}", "\n".join(errors)))


def ribbon_module() -> str:
    """Return the module of the buttons: one procedure each."""
    lines = [_resource("ribbon.bas").rstrip("\n")]
    for button in BUTTONS:
        if button.macro:
            lines += [
                "",
                f"Public Sub {button.callback}(control As IRibbonControl)",
                f'    CreditRun "{button.name}"',
                "End Sub",
            ]
    return _text(lines)


def quoted(text: str) -> str:
    """Return a text as a string of VBA.

    >>> quoted('a "b" c')
    '"a ""b"" c"'
    """
    return '"' + text.replace('"', '""') + '"'


def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="ascii")


def _text(lines: list[str]) -> str:
    return _crlf("\n".join(lines) + "\n")


def _crlf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", "\r\n")
