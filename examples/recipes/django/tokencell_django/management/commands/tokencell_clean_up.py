from django.core.management.base import BaseCommand

from tokencell_django.sessions import clean_up


class Command(BaseCommand):
    help = "Deletes sessions that ended a week ago or more. Run it once a day."

    def handle(self, **_):
        self.stdout.write(f"{clean_up()} sessions deleted")
