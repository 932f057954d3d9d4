import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LastWrite',
            fields=[
                ('administrator_id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='when')),
                ('actor', models.CharField(max_length=400, verbose_name='who')),
                ('administrator_id', models.BigIntegerField(null=True, verbose_name='administrator')),
                ('channel', models.CharField(choices=[('api', 'API'), ('web', 'web admin'), ('import', 'import'), ('provision', 'provision'), ('command', 'command line')], max_length=16, verbose_name='channel')),
                ('credential', models.CharField(blank=True, default='', max_length=128, verbose_name='credential')),
                ('action', models.CharField(choices=[('create', 'created'), ('update', 'changed'), ('delete', 'deleted'), ('read', 'read'), ('handover', 'handed over')], max_length=16, verbose_name='what')),
                ('kind', models.CharField(max_length=32, verbose_name='kind')),
                ('key', models.BigIntegerField(verbose_name='key')),
                ('label', models.CharField(max_length=600, verbose_name='object')),
                ('context_id', models.BigIntegerField(null=True, verbose_name='context id')),
                ('context_name', models.CharField(blank=True, default='', max_length=128, verbose_name='context')),
                ('reseller_id', models.BigIntegerField(null=True, verbose_name='reseller')),
                ('reseller_parent_id', models.BigIntegerField(null=True)),
                ('user_id', models.BigIntegerField(null=True, verbose_name='user')),
                ('before', models.JSONField(null=True, verbose_name='before')),
                ('after', models.JSONField(null=True, verbose_name='after')),
                ('batch', models.UUIDField(db_index=True, null=True, verbose_name='batch')),
                ('request_id', models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='request')),
                ('is_masked', models.BooleanField(db_default=False, default=False, editable=False)),
            ],
            options={
                'verbose_name': 'change',
                'verbose_name_plural': 'changes',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['reseller_id', '-id'], name='change_of_reseller'), models.Index(condition=models.Q(('reseller_parent_id__isnull', False)), fields=['reseller_parent_id', '-id'], name='change_of_reseller_parent'), models.Index(fields=['context_id', '-id'], name='change_of_context'), models.Index(condition=models.Q(('request_id', ''), _negated=True), fields=['request_id'], name='change_of_request'), models.Index(fields=['kind', 'key', '-id'], name='change_of_object'), models.Index(condition=models.Q(('user_id__isnull', False)), fields=['user_id', '-id'], name='change_of_user')],
            },
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('epoch', models.CharField(max_length=16)),
                ('origin', models.CharField(max_length=100)),
                ('past', models.BigIntegerField()),
                ('past_settled', models.BigIntegerField()),
                ('deleted_transaction', models.BigIntegerField(default=0)),
                ('deleted_key', models.BigIntegerField(default=0)),
                ('deleted_before', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='feed_is_one_row')],
            },
        ),
    ]
