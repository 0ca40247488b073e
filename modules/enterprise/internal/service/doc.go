// Package service counts services to enterprises (服务企业家次).
//
// One service (家次) is one enterprise, by its unified social credit code, served by one
// provider or by the city on one matter (事项), with a first and a last day, evidence
// (佐证) and the confirmation of the enterprise. Nothing else counts: the enterprise
// confirms (确认), objects with a reason (异议), or says nothing, and what it says nothing
// to in time does not count, though it may still be confirmed.
//
// The same enterprise, provider and matter within the rule's window is one service: a
// second one is refused and the first is named. A merge of two enterprises may bring two
// such together: then the one that was recorded first counts, and undoing the merge
// brings both back. The rule (计数规则) has versions; a service keeps the window of the
// one that it was recorded under.
//
// Auditors look at samples of what counts, drawn by a seed that is kept. What is not
// upheld (不属实) leaves the count and stays in the list. The error rate has Wilson's
// interval of 95 % (E. B. Wilson, JASA 22, 1927).
//
// Who sees what: the bureau sees all services, an enterprise those to it, a provider
// those that it recorded.
//
// Tables: service, service_rule, service_evidence, service_proof, service_sample,
// service_sampled; service_figure keeps what services come to, in the ways of
// service_figured. Tells: nothing. Hears: enterpriseevent.Diagnosed and
// AgreementClosed, scenarioevent.Completed.
package service
