import core.fields
import core.labelled
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Context',
            fields=[
                ('id', models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name='context id')),
                ('name', models.CharField(max_length=128, verbose_name='name')),
                ('name_normalized', core.fields.NormalizedField(editable=False, max_length=256, source='name', unique=True)),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('quota', models.PositiveBigIntegerField(blank=True, help_text='Bytes; empty: unlimited.', null=True, verbose_name='quota')),
                ('max_user', models.PositiveIntegerField(blank=True, help_text='Empty: unlimited.', null=True, verbose_name='user limit')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('note', models.CharField(blank=True, max_length=1000, null=True, verbose_name='note')),
                ('labels', core.labelled.LabelsField(blank=True, null=True, verbose_name='labels')),
            ],
            options={
                'verbose_name': 'context',
                'verbose_name_plural': 'contexts',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='LastLogin',
            fields=[
                ('username', models.CharField(max_length=508, primary_key=True, serialize=False)),
                ('last_login', models.BigIntegerField(db_default=0)),
            ],
            options={
                'db_table': 'last_login',
            },
        ),
        migrations.CreateModel(
            name='LoginFailures',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField(default=0)),
                ('ends_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Administrator',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('login', models.CharField(max_length=254, verbose_name='login')),
                ('login_normalized', core.fields.NormalizedField(editable=False, max_length=508, source='login')),
                ('role', models.CharField(choices=[('master', 'master administrator'), ('reseller', 'reseller administrator'), ('context', 'context administrator'), ('tenant', 'tenant credential')], max_length=16, verbose_name='role')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('de', 'Deutsch')], default='', help_text="Empty: the browser's.", max_length=8, verbose_name='language')),
                ('time_zone', models.CharField(blank=True, db_default='', default='', max_length=64, verbose_name='time zone')),
                ('email', models.EmailField(blank=True, default='', help_text='Where a link for a forgotten password is sent.', max_length=254, verbose_name='mail address')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('last_used_from', models.CharField(blank=True, default='', editable=False, max_length=64, verbose_name='last used from')),
                ('must_change_password', models.BooleanField(default=False, help_text='At the next login to the web admin.', verbose_name='must change the password')),
                ('preferences', models.JSONField(blank=True, default=dict, editable=False)),
                ('context', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='administrators', to='accounts.context', verbose_name='context')),
            ],
            options={
                'verbose_name': 'administrator',
                'verbose_name_plural': 'administrators',
                'ordering': ['login', 'id'],
            },
        ),
        migrations.CreateModel(
            name='LoginEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name='when')),
                ('name', models.CharField(max_length=400, verbose_name='name')),
                ('address', models.CharField(max_length=64, verbose_name='address')),
                ('channel', models.CharField(choices=[('api', 'API'), ('web', 'web admin'), ('import', 'import'), ('provision', 'provision'), ('command', 'command line')], max_length=16, verbose_name='channel')),
                ('outcome', models.CharField(choices=[('success', 'logged in'), ('unknown', 'unknown name'), ('wrong', 'wrong password'), ('suspended', 'suspended'), ('expired', 'API password expired'), ('network', 'not from this network'), ('locked', 'too many failures'), ('busy', 'too many logins at once'), ('second-factor', 'wrong second factor'), ('api-password-needed', 'needs an API password')], max_length=24, verbose_name='outcome')),
                ('credential', models.CharField(blank=True, default='', max_length=128, verbose_name='credential')),
                ('second_factor', models.CharField(blank=True, default='', max_length=16, verbose_name='second factor')),
                ('administrator_id', models.BigIntegerField(null=True, verbose_name='administrator')),
                ('context_id', models.BigIntegerField(null=True, verbose_name='context id')),
                ('reseller_id', models.BigIntegerField(null=True, verbose_name='reseller')),
                ('reseller_parent_id', models.BigIntegerField(null=True)),
            ],
            options={
                'verbose_name': 'login event',
                'verbose_name_plural': 'logins',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['administrator_id', '-id'], name='login_event_of_administrator'), models.Index(fields=['reseller_id', '-id'], name='login_event_of_reseller'), models.Index(condition=models.Q(('reseller_parent_id__isnull', False)), fields=['reseller_parent_id', '-id'], name='login_event_of_parent'), models.Index(fields=['context_id', '-id'], name='login_event_of_context')],
            },
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64)),
                ('credential_id', models.CharField(max_length=1400, unique=True)),
                ('public_key', models.BinaryField()),
                ('sign_count', models.BigIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('last_used_at', models.DateTimeField(null=True)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Reseller',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=128, verbose_name='name')),
                ('name_normalized', core.fields.NormalizedField(editable=False, max_length=256, source='name', unique=True)),
                ('display_name', models.CharField(blank=True, default='', max_length=254, verbose_name='display name')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('max_context', models.PositiveIntegerField(blank=True, null=True, verbose_name='Subadmin.MaxContext')),
                ('max_overall_user', models.PositiveIntegerField(blank=True, null=True, verbose_name='Subadmin.MaxOverallUser')),
                ('max_overall_context_quota', models.PositiveBigIntegerField(blank=True, help_text='Bytes, over all contexts.', null=True, verbose_name='Subadmin.MaxOverallContextQuota')),
                ('can_create_subadmin', models.BooleanField(default=False, verbose_name='Subadmin.CanCreateSubadmin')),
                ('max_subadmin', models.PositiveIntegerField(blank=True, null=True, verbose_name='Subadmin.MaxSubadmin')),
                ('max_user_per_context', models.PositiveIntegerField(blank=True, null=True, verbose_name='Context.MaxUser')),
                ('product_name', models.CharField(blank=True, default='', max_length=60, verbose_name='product name')),
                ('colour', models.CharField(blank=True, default='', help_text='Such as #1f6feb.', max_length=7, verbose_name='colour')),
                ('hide_subjects', models.BooleanField(default=False, help_text="The web admin shows no subjects of this reseller's users' mail.", verbose_name='hide subjects')),
                ('demand_second_factor', models.BooleanField(default=False, help_text='Of all administrators of this reseller, its children and their contexts, in the web admin. Machines then need API passwords.', verbose_name='demand a second factor')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='accounts.reseller', verbose_name='parent')),
            ],
            options={
                'verbose_name': 'reseller',
                'verbose_name_plural': 'resellers',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('name_normalized', core.fields.NormalizedField(editable=False, max_length=80, source='name')),
                ('colour', models.CharField(choices=[('grey', 'grey'), ('blue', 'blue'), ('green', 'green'), ('yellow', 'yellow'), ('red', 'red'), ('purple', 'purple')], default='blue', max_length=8, verbose_name='colour')),
                ('reseller', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='labels', to='accounts.reseller', verbose_name='reseller')),
            ],
            options={
                'verbose_name': 'label',
                'verbose_name_plural': 'labels',
                'ordering': ['name_normalized', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='context',
            name='reseller',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contexts', to='accounts.reseller', verbose_name='reseller'),
        ),
        migrations.AddField(
            model_name='administrator',
            name='reseller',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='administrators', to='accounts.reseller', verbose_name='reseller'),
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('listed', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=64, verbose_name='name')),
                ('query', models.CharField(max_length=2000)),
                ('is_shared', models.BooleanField(default=False)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='TotpDevice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.TextField()),
                ('last_step', models.BigIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('administrator', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='totp_device', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveBigIntegerField(verbose_name='user id')),
                ('uidname', models.CharField(max_length=254, verbose_name='uidname')),
                ('uidname_normalized', models.CharField(editable=False, max_length=508, unique=True)),
                ('domain', models.CharField(blank=True, db_index=True, default='', editable=False, max_length=253)),
                ('msisdn', models.CharField(blank=True, max_length=64, null=True, verbose_name='msisdn')),
                ('msisdn_digits', models.CharField(editable=False, max_length=15, null=True, unique=True)),
                ('quota', models.PositiveBigIntegerField(blank=True, help_text='Bytes; empty: unlimited.', null=True, verbose_name='mail quota')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('note', models.CharField(blank=True, max_length=1000, null=True, verbose_name='note')),
                ('labels', core.labelled.LabelsField(blank=True, null=True, verbose_name='labels')),
                ('context', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='users', to='accounts.context', verbose_name='context')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'ordering': ['context_id', 'number'],
            },
        ),
        migrations.CreateModel(
            name='CustomId',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.CharField(max_length=254, verbose_name='custom id')),
                ('value_normalized', models.CharField(editable=False, max_length=508, unique=True)),
                ('position', models.PositiveIntegerField(verbose_name='position')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='custom_ids', to='accounts.user', verbose_name='user')),
            ],
            options={
                'verbose_name': 'custom id',
                'verbose_name_plural': 'custom ids',
                'ordering': ['user_id', 'position'],
            },
        ),
        migrations.CreateModel(
            name='ConfigProperty',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=254, verbose_name='name')),
                ('value', models.TextField(blank=True, verbose_name='value')),
                ('context', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='config', to='accounts.context', verbose_name='context')),
                ('reseller', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='config', to='accounts.reseller', verbose_name='reseller')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='config', to='accounts.user', verbose_name='user')),
            ],
            options={
                'verbose_name': 'configuration property',
                'verbose_name_plural': 'configuration properties',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ApiPassword',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, verbose_name='name')),
                ('identifier', models.CharField(max_length=12, unique=True, verbose_name='identifier')),
                ('digest', models.CharField(max_length=64)),
                ('families', models.CharField(max_length=64, verbose_name='families')),
                ('may_write', models.BooleanField(default=False, verbose_name='may change')),
                ('contexts', models.TextField(blank=True, default='', verbose_name='contexts')),
                ('networks', models.TextField(blank=True, default='', verbose_name='networks')),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('last_used_at', models.DateTimeField(null=True, verbose_name='last used')),
                ('last_used_from', models.CharField(blank=True, default='', max_length=64, verbose_name='last used from')),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_passwords', to=settings.AUTH_USER_MODEL, verbose_name='administrator')),
            ],
            options={
                'verbose_name': 'API password',
                'verbose_name_plural': 'API passwords',
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('administrator', 'name'), name='api_password_name_is_unique'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='api_password_has_a_name'), models.CheckConstraint(condition=models.Q(('families', ''), _negated=True), name='api_password_has_a_family')],
            },
        ),
        migrations.CreateModel(
            name='KnownAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=64)),
                ('last_at', models.DateTimeField(db_index=True)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='known_addresses', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('administrator', 'site'), name='known_address_is_unique')],
            },
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('administrator', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('administrator', 'digest'), name='recovery_code_is_unique')],
            },
        ),
        migrations.AddConstraint(
            model_name='reseller',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('id')), _negated=True), name='reseller_is_not_its_own_parent'),
        ),
        migrations.AddConstraint(
            model_name='reseller',
            constraint=models.CheckConstraint(condition=models.Q(('parent', None), ('can_create_subadmin', False), _connector='OR'), name='reseller_child_has_no_children'),
        ),
        migrations.AddConstraint(
            model_name='reseller',
            constraint=models.CheckConstraint(condition=models.Q(('colour', ''), ('colour__regex', '^#[0-9a-f]{6}$'), _connector='OR'), name='reseller_colour_is_six_hex_digits'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(fields=('reseller', 'name_normalized'), name='label_is_unique_in_reseller'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.UniqueConstraint(condition=models.Q(('reseller', None)), fields=('name_normalized',), name='label_is_unique_of_the_hoster'),
        ),
        migrations.AddConstraint(
            model_name='label',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='label_is_not_empty'),
        ),
        migrations.AddIndex(
            model_name='context',
            index=models.Index(condition=models.Q(('note__isnull', False)), fields=['id'], name='context_with_a_note'),
        ),
        migrations.AddConstraint(
            model_name='context',
            constraint=models.CheckConstraint(condition=models.Q(('id__gt', 0)), name='context_id_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='context',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('name__regex', '^[0-9]*$'), _negated=True), models.Q(('name_normalized__regex', '^[0-9]*$'), _negated=True)), name='context_name_is_not_empty_or_all_digits'),
        ),
        migrations.AddConstraint(
            model_name='administrator',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('context', None), ('reseller', None), ('role', 'master')), models.Q(('context', None), ('reseller__isnull', False), ('role__in', ['reseller', 'tenant'])), models.Q(('context__isnull', False), ('reseller', None), ('role', 'context')), _connector='OR'), name='administrator_has_what_the_role_demands'),
        ),
        migrations.AddConstraint(
            model_name='administrator',
            constraint=models.CheckConstraint(condition=models.Q(('login', ''), _negated=True), name='administrator_login_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='administrator',
            constraint=models.UniqueConstraint(condition=models.Q(('context', None)), fields=('login_normalized',), name='administrator_login_is_unique_outside_contexts'),
        ),
        migrations.AddConstraint(
            model_name='administrator',
            constraint=models.UniqueConstraint(fields=('context', 'login_normalized'), name='administrator_login_is_unique_in_context'),
        ),
        migrations.AddConstraint(
            model_name='savedfilter',
            constraint=models.UniqueConstraint(fields=('administrator', 'listed', 'name'), name='saved_filter_name_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='savedfilter',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='saved_filter_has_a_name'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('note__isnull', False)), fields=['id'], name='user_with_a_note'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(fields=('context', 'number'), name='user_number_is_unique_in_context'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='user_number_is_positive'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('uidname', ''), _negated=True), name='user_uidname_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('msisdn', None), ('msisdn_digits', None)), models.Q(('msisdn__isnull', False), ('msisdn_digits__isnull', False), ('msisdn_digits__length__gte', 5), ('msisdn_digits__length__lte', 15)), _connector='OR'), name='user_msisdn_has_its_digits'),
        ),
        migrations.AddConstraint(
            model_name='customid',
            constraint=models.UniqueConstraint(fields=('user', 'position'), name='custom_id_position_is_unique'),
        ),
        migrations.AddConstraint(
            model_name='customid',
            constraint=models.CheckConstraint(condition=models.Q(('value', ''), _negated=True), name='custom_id_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='configproperty',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('context', None), ('reseller', None)), models.Q(('context', None), ('user', None)), models.Q(('reseller', None), ('user', None)), _connector='OR'), name='config_property_has_one_owner'),
        ),
        migrations.AddConstraint(
            model_name='configproperty',
            constraint=models.UniqueConstraint(condition=models.Q(('context', None), ('reseller', None), ('user', None)), fields=('name',), name='config_property_is_unique_on_server'),
        ),
        migrations.AddConstraint(
            model_name='configproperty',
            constraint=models.UniqueConstraint(fields=('reseller', 'name'), name='config_property_is_unique_in_reseller'),
        ),
        migrations.AddConstraint(
            model_name='configproperty',
            constraint=models.UniqueConstraint(fields=('context', 'name'), name='config_property_is_unique_in_context'),
        ),
        migrations.AddConstraint(
            model_name='configproperty',
            constraint=models.UniqueConstraint(fields=('user', 'name'), name='config_property_is_unique_in_user'),
        ),
    ]
