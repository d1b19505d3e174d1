"""What may be done, and why not. Pure: each rule and its sentence stand here, once."""

from pulumi_collab.sdk import Action, Decision, Hint, Problem, refuse


def give(who: str, wanted: str | None, there: str | None, *, ours: bool, adopt: bool) -> Decision:
    """Give a role. None: `wanted` is not known yet, nobody is `there`. `ours`: our state holds the person."""
    if there is None:
        return Decision(Action.ADD)
    if wanted in (there, None):
        return Decision(Action.NOTHING)
    if ours or adopt:
        return Decision(Action.CHANGE, warnings=() if ours else (f"{who} is taken over: {there} -> {wanted}",))
    return refuse(Problem("user", f"is {there} already, and the program asks for {wanted}", Hint.ADOPT))
