// Package provider is who offers services to the city's enterprises (服务商).
//
// An enterprise of the directory registers as a provider (入驻) with what it can do
// (能力: scenarios of the assessment of small enterprises, industries, technologies), cases
// (案例) with evidence, staff, prices and districts. The bureau accepts it for a year,
// sends it back, or refuses it; what it changes later waits for the bureau while what was
// accepted holds. It renews every year, and the bureau may suspend it.
//
// A provider promises an answer within some hours. Every invitation, and a check (应答检验)
// where a month brought none, is a request that is due by that promise. Online (在线) is a
// provider in force of whose requests of the last 90 days, answered or due, four of five
// were answered in time; one without such a request is not.
//
// Everybody sees providers in force; the provider itself and the bureau see the rest, with
// evidence and what waits.
//
// Tables: provider, provider_tag, provider_evidence, provider_request. Tells:
// enterpriseevent.ProviderChanged. Hears nothing.
package provider
