"""Staff in WeCom (企业微信): their messages come in here, messages to them go out here."""
