import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='BulkJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edit', models.CharField(max_length=64, verbose_name='edit')),
                ('params', models.JSONField(default=dict, verbose_name='parameters')),
                ('language', models.CharField(max_length=8, verbose_name='language')),
                ('time_zone', models.CharField(default='', max_length=64, verbose_name='time zone')),
                ('state', models.CharField(choices=[('columns', 'waiting for its columns'), ('reading', 'reading the file'), ('previewing', 'preview in progress'), ('ready', 'waiting for your decision'), ('running', 'running'), ('done', 'done'), ('cancelled', 'cancelled'), ('failed', 'stopped')], default='previewing', max_length=16, verbose_name='state')),
                ('note', models.TextField(blank=True, default='', verbose_name='note')),
                ('batch', models.UUIDField(default=uuid.uuid4, unique=True, verbose_name='batch')),
                ('total', models.PositiveIntegerField(default=0, verbose_name='rows')),
                ('done', models.PositiveIntegerField(default=0, verbose_name='rows done')),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('unchanged', models.PositiveIntegerField(default=0, verbose_name='no change')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='refused')),
                ('channel', models.CharField(blank=True, default='', editable=False, max_length=16)),
                ('credential', models.CharField(blank=True, default='', editable=False, max_length=128)),
                ('starts_itself', models.BooleanField(default=False, editable=False)),
                ('notice_url', models.CharField(blank=True, default='', editable=False, max_length=500)),
                ('notice_due_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('started_at', models.DateTimeField(null=True, verbose_name='started')),
                ('finished_at', models.DateTimeField(null=True, verbose_name='finished')),
                ('touched_at', models.DateTimeField(null=True)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_jobs', to=settings.AUTH_USER_MODEL, verbose_name='administrator')),
            ],
            options={
                'verbose_name': 'bulk edit',
                'verbose_name_plural': 'bulk edits',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='BulkJobItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('object_pk', models.BigIntegerField()),
                ('label', models.CharField(max_length=600, verbose_name='object')),
                ('before', models.TextField(blank=True, verbose_name='before')),
                ('after', models.TextField(blank=True, verbose_name='after')),
                ('outcome', models.CharField(blank=True, choices=[('changed', 'changed'), ('unchanged', 'no change'), ('refused', 'refused')], max_length=16, verbose_name='outcome')),
                ('detail', models.TextField(blank=True, verbose_name='why')),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='bulk.bulkjob')),
            ],
            options={
                'ordering': ['position'],
            },
        ),
        migrations.CreateModel(
            name='ImportLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('upload', models.UUIDField(db_index=True)),
                ('number', models.PositiveIntegerField()),
                ('label', models.CharField(max_length=600)),
                ('data', models.JSONField()),
                ('cells', models.JSONField(default=list)),
                ('problem', models.TextField(blank=True, default='')),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ('form', models.CharField(choices=[('csv', 'Csv'), ('tsv', 'Tsv'), ('xlsx', 'Xlsx')], max_length=4)),
                ('bytes', models.PositiveIntegerField()),
                ('size', models.PositiveBigIntegerField()),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='upload', to='bulk.bulkjob')),
            ],
        ),
        migrations.CreateModel(
            name='UploadPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('upload', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='bulk.upload')),
            ],
            options={
                'ordering': ['number'],
            },
        ),
        migrations.AddIndex(
            model_name='bulkjob',
            index=models.Index(condition=models.Q(('state__in', ['previewing', 'reading', 'running'])), fields=['touched_at'], name='bulk_job_active'),
        ),
        migrations.AddIndex(
            model_name='bulkjob',
            index=models.Index(condition=models.Q(('notice_due_at__isnull', False)), fields=['notice_due_at'], name='bulk_job_owes_a_mail'),
        ),
        migrations.AddConstraint(
            model_name='bulkjobitem',
            constraint=models.UniqueConstraint(fields=('job', 'position'), name='bulk_job_item_position_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='importline',
            constraint=models.UniqueConstraint(fields=('upload', 'number'), name='import_line_number_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='uploadpart',
            constraint=models.UniqueConstraint(fields=('upload', 'number'), name='upload_part_number_is_unique'),
        ),
    ]
