"""How do the suites speak with a server, a mailbox and a log?"""
