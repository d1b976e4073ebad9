"""Sessions for an API on Django REST framework. README.md has the steps; comments name the rules of docs/contract.md."""
