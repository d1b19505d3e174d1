"""What travels, as types. No I/O."""

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel

from pulumi_collab.sdk import harmless

Role = Literal["viewer", "editor"]
ROLES: tuple[str, ...] = get_args(Role)
Text = Annotated[str, AfterValidator(harmless)]  # text of others: no terminal obeys it, and any state can keep it


class Members(BaseModel):
    """Everybody on a board: the role by user. A role that is new to us is a role."""

    members: dict[Text, Text]
