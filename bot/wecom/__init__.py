"""Staff in WeCom (企业微信): what they write comes in here, what they are told goes out here."""
