"""Sessions for an API on Django REST framework. README.md contains the steps. The comments refer to the rules of docs/contract.md."""
