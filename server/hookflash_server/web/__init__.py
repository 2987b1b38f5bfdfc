"""The HTTP door: JSONP, access, the pages themselves."""
