import django.db.models.deletion
import django.utils.timezone
import domains.models
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExplicitDomain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=253, verbose_name='domain')),
                ('token', models.CharField(default=domains.models.new_token, editable=False, max_length=64)),
                ('proof', models.CharField(blank=True, choices=[('', 'waiting for proof'), ('declared', 'no proof asked for'), ('txt', 'proven by its TXT record'), ('mx', 'proven by its MX record'), ('master', 'marked as proven')], default='declared', editable=False, max_length=16, verbose_name='proof')),
                ('proven_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, null=True, verbose_name='proven')),
                ('checked_at', models.DateTimeField(editable=False, null=True, verbose_name='last look')),
                ('answer', models.CharField(blank=True, choices=[('', 'Nobody has looked yet.'), ('found', 'The proof is there.'), ('nothing', 'There is no such TXT record.'), ('other', 'The TXT record holds something else.'), ('silent', 'The name servers did not answer in time.'), ('failed', 'The name servers do not answer for it.'), ('contested', 'Its MX record leads here, but another declaration waits too: the TXT record decides.'), ('loop', 'The proof is there, but serving the domain would close a loop of aliases.')], default='', editable=False, max_length=16, verbose_name='last answer')),
                ('found', models.CharField(blank=True, default='', editable=False, max_length=400)),
                ('looks', models.PositiveIntegerField(default=0, editable=False)),
                ('next_look_at', models.DateTimeField(editable=False, null=True, verbose_name='next look')),
                ('context', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='accounts.context', verbose_name='context')),
            ],
            options={
                'verbose_name': 'explicit domain',
                'verbose_name_plural': 'explicit domains',
                'ordering': ['name'],
                'indexes': [models.Index(condition=models.Q(('next_look_at__isnull', False)), fields=['next_look_at'], name='domain_to_look_at')],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='domain_is_not_empty'), models.UniqueConstraint(fields=('name', 'context'), name='domain_is_declared_once'), models.UniqueConstraint(condition=models.Q(('proven_at__isnull', False)), fields=('name',), name='domain_belongs_to_one_context'), models.CheckConstraint(condition=models.Q(models.Q(('proof', ''), ('proven_at__isnull', True)), models.Q(models.Q(('proof', ''), _negated=True), ('proven_at__isnull', False)), _connector='OR'), name='domain_is_proven_somehow')],
            },
        ),
    ]
