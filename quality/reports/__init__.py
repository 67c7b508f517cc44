"""Quality reports: what each department and each library's lead department reads in the morning."""
