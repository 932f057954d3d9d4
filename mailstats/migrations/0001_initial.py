import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='MailboxUse',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='mailbox_use', serialize=False, to='accounts.user', verbose_name='user')),
                ('bytes', models.PositiveBigIntegerField(verbose_name='bytes')),
                ('messages', models.PositiveBigIntegerField(verbose_name='messages')),
                ('measured_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='measured')),
            ],
            options={
                'verbose_name': 'mailbox use',
                'verbose_name_plural': 'mailbox uses',
            },
        ),
    ]
