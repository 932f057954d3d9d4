import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Figures',
            fields=[
                ('owner', models.PositiveBigIntegerField(primary_key=True, serialize=False)),
                ('counted_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('figures', models.JSONField()),
            ],
        ),
    ]
