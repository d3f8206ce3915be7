"""The audit log as the service and the commands keep it: each call and each change leaves a line."""
