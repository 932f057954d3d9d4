import core.labelled
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ForwardingAlias',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=254, verbose_name='alias')),
                ('normalized', models.CharField(db_index=True, editable=False, max_length=508)),
                ('domain', models.CharField(db_index=True, editable=False, max_length=253)),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('expires_on', models.DateField(blank=True, help_text='Year, month and day, as in 2027-12-31. From that day on the mail servers refuse its mail (from midnight, in UTC); it keeps its data. Empty: it does not expire.', null=True, verbose_name='expires on')),
                ('note', models.CharField(blank=True, max_length=1000, null=True, verbose_name='note')),
                ('labels', core.labelled.LabelsField(blank=True, null=True, verbose_name='labels')),
                ('context', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='forwards', to='accounts.context', verbose_name='context')),
            ],
            options={
                'verbose_name': 'forwarding alias',
                'verbose_name_plural': 'forwarding aliases',
                'ordering': ['normalized'],
            },
        ),
        migrations.CreateModel(
            name='Recipient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.CharField(max_length=254, verbose_name='recipient')),
                ('normalized', models.CharField(db_index=True, editable=False, max_length=508)),
                ('domain', models.CharField(db_index=True, editable=False, max_length=253)),
                ('alias', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='forwards.forwardingalias', verbose_name='forwarding alias')),
            ],
            options={
                'verbose_name': 'recipient',
                'verbose_name_plural': 'recipients',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='forwardingalias',
            index=models.Index(condition=models.Q(('expires_on__isnull', False)), fields=['expires_on'], name='alias_with_an_end'),
        ),
        migrations.AddIndex(
            model_name='forwardingalias',
            index=models.Index(condition=models.Q(('note__isnull', False)), fields=['id'], name='alias_with_a_note'),
        ),
        migrations.AddConstraint(
            model_name='forwardingalias',
            constraint=models.UniqueConstraint(fields=('context', 'normalized'), name='alias_is_unique_in_context'),
        ),
        migrations.AddConstraint(
            model_name='forwardingalias',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('address', ''), _negated=True), models.Q(('domain', ''), _negated=True)), name='alias_is_an_address'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.UniqueConstraint(fields=('alias', 'normalized'), name='recipient_is_unique_in_alias'),
        ),
        migrations.AddConstraint(
            model_name='recipient',
            constraint=models.CheckConstraint(condition=models.Q(('address', ''), _negated=True), name='recipient_is_not_empty'),
        ),
    ]
