"""Pieces of a text as messages show them."""

from __future__ import annotations

import ast

MOST = 60  # letters


def written(node: ast.AST) -> str:
    """A piece of the text as it stands there, shortened."""
    if isinstance(node, ast.Attribute | ast.Name | ast.Call | ast.Subscript | ast.Constant):
        root: ast.expr = node
        depth = 0
        while isinstance(root, ast.Attribute | ast.Call | ast.Subscript) and depth < 20:
            root = root.func if isinstance(root, ast.Call) else root.value
            depth += 1
        if depth < 20:
            text = " ".join(ast.unparse(_shallow(node)).split())
            return text if len(text) <= MOST else f"{text[: MOST - 3]}..."
    return "this"


def _shallow(node: ast.expr) -> ast.expr:
    """The node with ... for the arguments of calls, which may be long."""
    if isinstance(node, ast.Call):
        arguments: list[ast.expr] = [ast.Constant(...)] if node.args or node.keywords else []
        return ast.Call(_shallow(node.func), arguments, [])
    if isinstance(node, ast.Attribute):
        return ast.Attribute(_shallow(node.value), node.attr, ast.Load())
    if isinstance(node, ast.Subscript):
        return ast.Subscript(_shallow(node.value), ast.Constant(...), ast.Load())
    return node
