// Package asset is the inventory of industrial assets (工业资产) as enterprises declare it.
//
// An asset belongs to its enterprise. Others see figures; detail they see only with the
// enterprise's consent, which it gives and withdraws, and whoever looks with it stands in a
// log that the enterprise reads. An asset is known again by keys in a fixed order: serial
// number with the vendor, MAC, BACnet instance, PROFINET name, IP address with its segment;
// never by an IP address alone. What is likely one asset twice is suggested, and merged with
// the way back kept.
//
// Tables: security_inventory, security_asset, …_key, …_step, …_merge, …_distinct, …_access,
// security_consent.
package asset
