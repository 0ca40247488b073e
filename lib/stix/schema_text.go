package stix

// schemaText lists sections 2 to 7 as data: a line that begins a shape, "kind
// name section", then properties, "name kind", with an exclamation mark where they
// are required, then lines of what properties demand of each other:
//
//	? any a b      at least one of them
//	? one a b      exactly one of them
//	? most a b     at most one of them
//	? needs a b    a only with b
//	? <= a b       the time a not after b
//	? < a b        the time a before b
//
// Kinds: string strings int int:least:most float float:least:most bool time
// millis ipv4 ipv6 mac cpe hex binary hashes dict object lang langs; enum:a|b, enums:a|b; ref:types and
// refs:types with names of types or SDO, SRO, SCO, SMO; one:shape and many:shape
// of embedded objects. Open vocabularies are strings.
const schemaText = `
part external-reference 2.5
source_name! string; description string; url string; hashes hashes; external_id string
? any description url external_id

part kill-chain-phase 2.11
kill_chain_name! string; phase_name! string

part granular-marking 7.2.3
lang lang; marking_ref ref:marking-definition; selectors! strings
? one lang marking_ref

sdo attack-pattern 4.1
name! string; description string; aliases strings; kill_chain_phases many:kill-chain-phase

sdo campaign 4.2
name! string; description string; aliases strings; first_seen time; last_seen time; objective string
? <= first_seen last_seen

sdo course-of-action 4.3
name! string; description string

sdo grouping 4.4
name string; description string; context! string; object_refs! refs:SDO|SRO|SCO|SMO

sdo identity 4.5
name! string; description string; roles strings; identity_class string; sectors strings; contact_information string

sdo incident 4.6
name! string; description string; kill_chain_phases many:kill-chain-phase

sdo indicator 4.7
name string; description string; indicator_types strings; pattern! string; pattern_type! string; pattern_version string
valid_from! time; valid_until time; kill_chain_phases many:kill-chain-phase
? < valid_from valid_until

sdo infrastructure 4.8
name! string; description string; infrastructure_types strings; aliases strings; kill_chain_phases many:kill-chain-phase
first_seen time; last_seen time
? <= first_seen last_seen

sdo intrusion-set 4.9
name! string; description string; aliases strings; first_seen time; last_seen time; goals strings; resource_level string
primary_motivation string; secondary_motivations strings
? <= first_seen last_seen

sdo location 4.10
name string; description string; latitude float:-90:90; longitude float:-180:180; precision float:0:1e9; region string
country string; administrative_area string; city string; street_address string; postal_code string
? any region country latitude
? needs latitude longitude
? needs longitude latitude
? needs precision latitude

sdo malware 4.11
name string; description string; malware_types strings; is_family! bool; aliases strings; kill_chain_phases many:kill-chain-phase
first_seen time; last_seen time; operating_system_refs refs:software; architecture_execution_envs strings
implementation_languages strings; capabilities strings; sample_refs refs:artifact|file
? <= first_seen last_seen

sdo malware-analysis 4.12
product! string; version string; host_vm_ref ref:software; operating_system_ref ref:software; installed_software_refs refs:software
configuration_version string; modules strings; analysis_engine_version string; analysis_definition_version string
submitted time; analysis_started time; analysis_ended time; result_name string; result string
analysis_sco_refs refs:SCO; sample_ref ref:file|network-traffic|artifact
? any result analysis_sco_refs
? <= analysis_started analysis_ended

sdo note 4.13
abstract string; content! string; authors strings; object_refs! refs:SDO|SRO|SCO|SMO

sdo observed-data 4.14
first_observed! time; last_observed! time; number_observed! int:1:999999999; objects dict; object_refs refs:SCO|SRO
? <= first_observed last_observed
? one objects object_refs

sdo opinion 4.15
explanation string; authors strings; opinion! enum:strongly-disagree|disagree|neutral|agree|strongly-agree
object_refs! refs:SDO|SRO|SCO|SMO

sdo report 4.16
name! string; description string; report_types strings; published! time; object_refs! refs:SDO|SRO|SCO|SMO

sdo threat-actor 4.17
name! string; description string; threat_actor_types strings; aliases strings; first_seen time; last_seen time; roles strings
goals strings; sophistication string; resource_level string; primary_motivation string; secondary_motivations strings
personal_motivations strings
? <= first_seen last_seen

sdo tool 4.18
name! string; description string; tool_types strings; aliases strings; kill_chain_phases many:kill-chain-phase; tool_version string

sdo vulnerability 4.19
name! string; description string

sro relationship 5.1
relationship_type! word; description string; source_ref! ref:SDO|SCO; target_ref! ref:SDO|SCO; start_time time; stop_time time
? < start_time stop_time

sro sighting 5.2
description string; first_seen time; last_seen time; count int:0:999999999; sighting_of_ref! ref:SDO
observed_data_refs refs:observed-data; where_sighted_refs refs:identity|location; summary bool
? <= first_seen last_seen

sco artifact 6.1
mime_type string; payload_bin binary; url string; hashes hashes
encryption_algorithm enum:AES-256-GCM|ChaCha20-Poly1305|mime-type-indicated; decryption_key string
? one payload_bin url
? needs url hashes
? needs decryption_key encryption_algorithm

sco autonomous-system 6.2
number! int; name string; rir string

sco directory 6.3
path! string; path_enc string; ctime time; mtime time; atime time; contains_refs refs:file|directory
? needs path_enc path

sco domain-name 6.4
value! string; resolves_to_refs refs:ipv4-addr|ipv6-addr|domain-name

sco email-addr 6.5
value! string; display_name string; belongs_to_ref ref:user-account

part email-mime-component 6.6.2
body string; body_raw_ref ref:artifact|file; content_type string; content_disposition string
? any body body_raw_ref

sco email-message 6.6
is_multipart! bool; date time; content_type string; from_ref ref:email-addr; sender_ref ref:email-addr; to_refs refs:email-addr
cc_refs refs:email-addr; bcc_refs refs:email-addr; message_id string; subject string; received_lines strings
additional_header_fields dict; body string; body_multipart many:email-mime-component; raw_email_ref ref:artifact
? most body body_multipart

sco file 6.7
hashes hashes; size int:0:; name string; name_enc string; magic_number_hex hex; mime_type string; ctime time; mtime time; atime time
parent_directory_ref ref:directory; contains_refs refs:SCO; content_ref ref:artifact
? any hashes name
? needs name_enc name

ext archive-ext 6.7.2
contains_refs! refs:file|directory; comment string

part alternate-data-stream 6.7.3
name! string; hashes hashes; size int:0:

ext ntfs-ext 6.7.3
sid string; alternate_data_streams many:alternate-data-stream

ext pdf-ext 6.7.4
version string; is_optimized bool; document_info_dict dict; pdfid0 string; pdfid1 string

ext raster-image-ext 6.7.5
image_height int; image_width int; bits_per_pixel int; exif_tags dict

part windows-pe-optional-header 6.7.6
magic_hex hex; major_linker_version int; minor_linker_version int; size_of_code int:0:; size_of_initialized_data int:0:
size_of_uninitialized_data int:0:; address_of_entry_point int; base_of_code int; base_of_data int; image_base int
section_alignment int; file_alignment int; major_os_version int; minor_os_version int; major_image_version int
minor_image_version int; major_subsystem_version int; minor_subsystem_version int; win32_version_value_hex hex
size_of_image int:0:; size_of_headers int:0:; checksum_hex hex; subsystem_hex hex; dll_characteristics_hex hex
size_of_stack_reserve int:0:; size_of_stack_commit int:0:; size_of_heap_reserve int:0:; size_of_heap_commit int:0:
loader_flags_hex hex; number_of_rva_and_sizes int; hashes hashes

part windows-pe-section 6.7.6
name! string; size int:0:; entropy float; hashes hashes

ext windows-pebinary-ext 6.7.6
pe_type! string; imphash string; machine_hex hex; number_of_sections int:0:; time_date_stamp time
pointer_to_symbol_table_hex hex; number_of_symbols int:0:; size_of_optional_header int:0:; characteristics_hex hex
file_header_hashes hashes; optional_header one:windows-pe-optional-header; sections many:windows-pe-section

sco ipv4-addr 6.8
value! ipv4; resolves_to_refs refs:mac-addr; belongs_to_refs refs:autonomous-system

sco ipv6-addr 6.9
value! ipv6; resolves_to_refs refs:mac-addr; belongs_to_refs refs:autonomous-system

sco mac-addr 6.10
value! mac

sco mutex 6.11
name! string

sco network-traffic 6.12
start time; end time; is_active bool; src_ref ref:ipv4-addr|ipv6-addr|mac-addr|domain-name
dst_ref ref:ipv4-addr|ipv6-addr|mac-addr|domain-name; src_port int:0:65535; dst_port int:0:65535; protocols! strings
src_byte_count int:0:; dst_byte_count int:0:; src_packets int:0:; dst_packets int:0:; ipfix dict
src_payload_ref ref:artifact; dst_payload_ref ref:artifact; encapsulates_refs refs:network-traffic
encapsulated_by_ref ref:network-traffic
? any src_ref dst_ref
? <= start end

ext http-request-ext 6.12.2
request_method! string; request_value! string; request_version string; request_header dict; message_body_length int
message_body_data_ref ref:artifact

ext icmp-ext 6.12.3
icmp_type_hex! hex; icmp_code_hex! hex

ext socket-ext 6.12.4
address_family! enum:AF_UNSPEC|AF_INET|AF_IPX|AF_APPLETALK|AF_NETBIOS|AF_INET6|AF_IRDA|AF_BTH; is_blocking bool; is_listening bool
options dict; socket_type enum:SOCK_STREAM|SOCK_DGRAM|SOCK_RAW|SOCK_RDM|SOCK_SEQPACKET; socket_descriptor int:0:; socket_handle int

ext tcp-ext 6.12.5
src_flags_hex hex; dst_flags_hex hex

sco process 6.13
is_hidden bool; pid int; created_time time; cwd string; command_line string; environment_variables dict
opened_connection_refs refs:network-traffic; creator_user_ref ref:user-account; image_ref ref:file; parent_ref ref:process
child_refs refs:process
? any is_hidden pid created_time cwd command_line environment_variables opened_connection_refs creator_user_ref image_ref parent_ref child_refs extensions

ext windows-process-ext 6.13.2
aslr_enabled bool; dep_enabled bool; priority string; owner_sid string; window_title string; startup_info dict
integrity_level enum:low|medium|high|system

ext windows-service-ext 6.13.3
service_name string; descriptions strings; display_name string; group_name string
start_type enum:SERVICE_AUTO_START|SERVICE_BOOT_START|SERVICE_DEMAND_START|SERVICE_DISABLED|SERVICE_SYSTEM_ALERT; service_dll_refs refs:file
service_type enum:SERVICE_KERNEL_DRIVER|SERVICE_FILE_SYSTEM_DRIVER|SERVICE_WIN32_OWN_PROCESS|SERVICE_WIN32_SHARE_PROCESS
service_status enum:SERVICE_CONTINUE_PENDING|SERVICE_PAUSE_PENDING|SERVICE_PAUSED|SERVICE_RUNNING|SERVICE_START_PENDING|SERVICE_STOP_PENDING|SERVICE_STOPPED

sco software 6.14
name! string; cpe cpe; swid string; languages langs; vendor string; version string

sco url 6.15
value! string

sco user-account 6.16
user_id string; credential string; account_login string; account_type string; display_name string; is_service_account bool
is_privileged bool; can_escalate_privs bool; is_disabled bool; account_created time; account_expires time
credential_last_changed time; account_first_login time; account_last_login time
? any user_id credential account_login account_type display_name is_service_account is_privileged can_escalate_privs is_disabled account_created account_expires credential_last_changed account_first_login account_last_login extensions

ext unix-account-ext 6.16.2
gid int; groups strings; home_dir string; shell string

part windows-registry-value 6.17.2
name string; data string
data_type enum:REG_NONE|REG_SZ|REG_EXPAND_SZ|REG_BINARY|REG_DWORD|REG_DWORD_BIG_ENDIAN|REG_DWORD_LITTLE_ENDIAN|REG_LINK|REG_MULTI_SZ|REG_RESOURCE_LIST|REG_FULL_RESOURCE_DESCRIPTION|REG_RESOURCE_REQUIREMENTS_LIST|REG_QWORD|REG_INVALID_TYPE
? any name data data_type

sco windows-registry-key 6.17
key string; values many:windows-registry-value; modified_time time; creator_user_ref ref:user-account; number_of_subkeys int
? any key values modified_time creator_user_ref number_of_subkeys

part x509-v3-extensions 6.18.2
basic_constraints string; name_constraints string; policy_constraints string; key_usage string; extended_key_usage string
subject_key_identifier string; authority_key_identifier string; subject_alternative_name string; issuer_alternative_name string
subject_directory_attributes string; crl_distribution_points string; inhibit_any_policy string
private_key_usage_period_not_before time; private_key_usage_period_not_after time; certificate_policies string; policy_mappings string

sco x509-certificate 6.18
is_self_signed bool; hashes hashes; version string; serial_number string; signature_algorithm string; issuer string
validity_not_before time; validity_not_after time; subject string; subject_public_key_algorithm string
subject_public_key_modulus string; subject_public_key_exponent int; x509_v3_extensions one:x509-v3-extensions
? any is_self_signed hashes version serial_number signature_algorithm issuer validity_not_before validity_not_after subject subject_public_key_algorithm subject_public_key_modulus subject_public_key_exponent x509_v3_extensions

smo language-content 7.1
object_ref! ref:SDO|SRO|SCO|SMO; object_modified millis; contents! dict

smo extension-definition 7.3
name! string; description string; schema! string; version! string
extension_types! enums:new-sdo|new-sco|new-sro|property-extension|toplevel-property-extension; extension_properties strings; created_by_ref! ref:identity

smo marking-definition 7.2.1
name string; definition_type string; definition object
? needs definition definition_type
? needs definition_type definition
? any definition extensions
`
