import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, verbose_name='name')),
                ('url', models.CharField(max_length=2000, verbose_name='address')),
                ('kinds', models.TextField(blank=True, default='', verbose_name='kinds')),
                ('of_reseller', models.BigIntegerField(blank=True, null=True, verbose_name='reseller')),
                ('of_context', models.BigIntegerField(blank=True, null=True, verbose_name='context')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('secret', models.TextField()),
                ('old_secret', models.TextField(blank=True, default='')),
                ('old_secret_until', models.DateTimeField(null=True)),
                ('place', models.JSONField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('failures', models.PositiveIntegerField(default=0)),
                ('failing_since', models.DateTimeField(null=True, verbose_name='failing since')),
                ('paused_until', models.DateTimeField(default=django.utils.timezone.now)),
                ('succeeded_at', models.DateTimeField(null=True, verbose_name='last success')),
                ('switched_off', models.CharField(blank=True, choices=[('failed', 'it failed for days'), ('gone', 'the receiver said that it is gone')], default='', max_length=16, verbose_name='switched off')),
                ('missed_at', models.DateTimeField(null=True)),
                ('claim', models.CharField(blank=True, default='', max_length=32)),
                ('claimed_until', models.DateTimeField(default=django.utils.timezone.now)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='webhooks', to=settings.AUTH_USER_MODEL, verbose_name='administrator')),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.CharField(max_length=64, verbose_name='message id')),
                ('event', models.CharField(max_length=64, verbose_name='event')),
                ('change_id', models.BigIntegerField(null=True, verbose_name='change')),
                ('kind', models.CharField(max_length=32)),
                ('key', models.BigIntegerField()),
                ('state', models.CharField(choices=[('waiting', 'waiting'), ('delivered', 'delivered'), ('given_up', 'given up'), ('left_out', 'left out')], default='waiting', max_length=16, verbose_name='state')),
                ('attempts', models.PositiveIntegerField(default=0, verbose_name='attempts')),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next attempt')),
                ('last_at', models.DateTimeField(null=True, verbose_name='last attempt')),
                ('status', models.PositiveSmallIntegerField(null=True, verbose_name='status')),
                ('outcome', models.CharField(blank=True, default='', max_length=200, verbose_name='outcome')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='created')),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='webhooks.webhook', verbose_name='webhook')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['-id'],
            },
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.UniqueConstraint(fields=('administrator', 'name'), name='webhook_name_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='webhook_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(('url', ''), _negated=True), name='webhook_has_an_address'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['webhook', '-id'], name='delivery_of_webhook'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['webhook', 'id'], name='delivery_waiting'),
        ),
    ]
