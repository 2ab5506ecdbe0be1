"""A fake WeCom: members with phones, an application's messages and cards, a group's robot."""
