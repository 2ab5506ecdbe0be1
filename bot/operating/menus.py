"""The official account's menu: read from its file, checked, published."""

from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.installation.config_problems import ConfigError
from bot.installation.operator_errors import of_file
from bot.wechat.gateway import Gateway
from handlers.town.wordings import read_yaml

_NAME_BYTES, _SUB_NAME_BYTES = 16, 60  # the platform's limits


class _Button(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: Literal["click", "view"] | None = None
    key: Literal["report", "progress", "human", "help"] | None = None
    url: str | None = None
    sub_button: Annotated[tuple["_Button", ...], Field(max_length=5)] = ()

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if not (self.key or self.url or self.sub_button):
            raise ValueError(f"按钮“{self.name}”点了没有反应：请写 key、url 或 sub_button")
        if any(len(each.name.encode()) > _SUB_NAME_BYTES for each in self.sub_button):
            raise ValueError("二级按钮的名字太长")
        return self


class Menu(BaseModel):
    """At most three buttons, each with at most five below it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    button: Annotated[tuple[_Button, ...], Field(min_length=1, max_length=3)]

    @model_validator(mode="after")
    def _short_names(self) -> Self:
        if long := [each.name for each in self.button if len(each.name.encode()) > _NAME_BYTES]:
            raise ValueError(f"一级按钮的名字太长：{'、'.join(long)}")
        return self


def read_menu(path: Path) -> Menu:
    """Raises ConfigError with what is wrong."""
    try:
        return Menu.model_validate(read_yaml(path))
    except ValidationError as error:
        problems = [str(each["msg"]).removeprefix("Value error, ") for each in error.errors()]
        raise ConfigError([f"{path.name}：{problem}" for problem in problems]) from None
    except OSError as error:
        raise ConfigError([f"读不到 {path.name}：{of_file(error)}"]) from None
    except yaml.YAMLError as error:
        raise ConfigError([f"{path.name}：{error}"]) from None


def publish(gateway: Gateway, menu: Menu) -> None:
    """Publish the menu; phones show it within a day, or after following again."""
    gateway.create_menu(menu.model_dump(exclude_none=True, exclude_defaults=True))
