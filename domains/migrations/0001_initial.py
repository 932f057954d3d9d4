import django.db.models.deletion
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
                ('name', models.CharField(max_length=253, unique=True, verbose_name='domain')),
                ('context', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='accounts.context', verbose_name='context')),
            ],
            options={
                'verbose_name': 'explicit domain',
                'verbose_name_plural': 'explicit domains',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='domain_is_not_empty')],
            },
        ),
    ]
