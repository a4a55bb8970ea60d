import Agent
import Analysis
import ArgumentParser
import Controllers
import GraftAPI
import HTTPCore
import HTTPTransport
import HTTPTypes
import JSON
import KubeClient
import KubeCore
import ProgramOptions
import Schema
import YAML

/// Where metrics are read, by which rules, and what is wanted of them.
struct SLISource: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What a host exposes: its address, or a file with what it answered; - reads standard input.", valueName: "url or path"))
    var from: String?

    @Option(
        help: ArgumentHelp(
            "A Prometheus that has the hosts' series, up to what stands before /api/v1. Default: those that the deployment's analyses name.",
            valueName: "url"))
    var prometheus: String?

    @Option(help: ArgumentHelp("A file with a bearer token that the Prometheus is shown.", valueName: "path"))
    var prometheusToken: String?

    @Option(help: ArgumentHelp("Rules of your own, which go before the builtin ones: a YAML list, or {rules: […]}.", valueName: "path"))
    var rules: String?

    @Option(help: ArgumentHelp("Percent of requests that must be good, where no analysis says so.", valueName: "percent"))
    var objective = 99.9

    @Option(help: "Of latency: how long a good request may take, where no analysis says so.")
    var withinMilliseconds = 250

    func validate() throws {
        if !(objective > 0 && objective < 100) {
            throw ValidationError("--objective: found \(objective), wanted more than 0 and less than 100")
        }
        if from != nil, prometheus != nil { throw ValidationError("found --from and --prometheus, wanted one of them") }
        if prometheusToken != nil, prometheus == nil {
            throw ValidationError("--prometheus-token: wanted with --prometheus, as it is shown to nobody else")
        }
        if withinMilliseconds < 1 { throw ValidationError("--within-milliseconds: found \(withinMilliseconds), wanted 1 or more") }
    }

    /// Refuses what names nothing to look at.
    func demand(_ name: String?) throws {
        guard name == nil, from == nil, prometheus == nil else { return }
        throw ValidationError("wanted the name of a ModuleDeployment, --prometheus or --from: nothing else says where metrics are")
    }

    /// What was derived, and what could not be.
    func view(of name: String?, _ cluster: ClusterOptions) async throws -> SLIView {
        let wanted = try await name == nil ? defaults : objectives(of: name ?? "", cluster)
        let own = try rules.map { try Self.rules(try LocalFile($0).bytes(), $0) } ?? []
        if let from {
            let exposed = try await exposed(from, own + wanted.flatMap(\.rules))
            return SLIView(wanted.map { $0.derived(from: exposed, own) }, from: from)
        }
        let token = try prometheusToken.map { path in
            String(decoding: try LocalFile(path).bytes(), as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        }
        let asked = try Self.addressed(wanted, prometheus, of: name)
        let series = PrometheusSeries(transport: HTTPClient(), token: token)
        var levels: [WantedLevel] = []
        for (wanted, address) in asked {
            levels.append(wanted.derived(from: try await Self.exposed(wanted, own, at: address, series), own))
        }
        let addresses = asked.map { $0.address }.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return SLIView(levels, from: addresses.joined(separator: " and "))
    }

    /// Whom to ask about each level: who was named here, or by its analysis, or by another analysis of the deployment.
    static func addressed(_ wanted: [WantedLevel], _ prometheus: String?, of name: String?) throws -> [(
        wanted: WantedLevel, address: String
    )] {
        guard let known = prometheus ?? wanted.lazy.compactMap(\.prometheus).first else {
            let analyses = wanted.compactMap(\.analysis)
            let found =
                analyses.isEmpty
                ? "it names no analysis with an sli" : "none of its analyses (\(analyses.joined(separator: ", "))) says spec.prometheus"
            throw CommandError(
                "\(name.map { "ModuleDeployment \($0)" } ?? "the options"): nothing says where the hosts' metrics are: \(found), and hosts don't tell; "
                    + "give --prometheus URL, or --from with what one host exposes")
        }
        return wanted.map { ($0, prometheus ?? $0.prometheus ?? known) }
    }

    private static func exposed(_ wanted: WantedLevel, _ own: [SLIRule], at address: String, _ series: PrometheusSeries) async throws
        -> [ExposedMetric]
    {
        guard let discovery = try wanted.discovery(own) else { return [] }
        do {
            return ServiceLevelPlan.exposed(in: try await series.list(discovery, at: address))
        } catch {
            try Task.checkCancellation()
            throw CommandError("\(error); --prometheus names another, --from reads what one host exposes")
        }
    }

    private var defaults: [WantedLevel] {
        [
            WantedLevel(indicator: .availability, objective: objective),
            WantedLevel(indicator: .latency, objective: objective, within: Double(withinMilliseconds) / 1000),
        ]
    }

    /// Those that the deployment's analyses ask for.
    private func objectives(of name: String, _ cluster: ClusterOptions) async throws -> [WantedLevel] {
        let (client, namespace) = try cluster.connect()
        guard let deployment = try await Api<ModuleDeployment>(client, namespace: namespace).getIfPresent(name) else {
            throw CommandError(
                "ModuleDeployment \(namespace)/\(name) does not exist; 'kubectl get mdep -A' lists those that do, -n chooses the namespace")
        }
        var found: [WantedLevel] = []
        for analysis in deployment.spec.strategy.analysisNames {
            guard let spec = try await Api<ModuleAnalysis>(client, namespace: namespace).getIfPresent(analysis)?.spec,
                let indicator = spec.sli, let objective = spec.objective
            else { continue }
            found.append(
                WantedLevel(
                    indicator: indicator, objective: objective, within: spec.withinMilliseconds.map { Double($0) / 1000 },
                    analysis: analysis, rules: spec.rules, matchLabels: spec.matchLabels, prometheus: spec.prometheus?.address))
        }
        return found.isEmpty ? defaults : found
    }

    private func exposed(_ from: String, _ rules: [SLIRule]) async throws -> [ExposedMetric] {
        let bytes = from.contains("://") ? try await fetched(from) : try LocalFile(from).bytes()
        do { return try ExposedMetric.read(bytes, rules: rules) } catch { throw CommandError("\(from): \(error)") }
    }

    private func fetched(_ from: String) async throws -> [UInt8] {
        guard let url = HostURL(from) else { throw ValidationError("--from: found \(from), wanted http://HOST:PORT/metrics, or a file") }
        let request = HTTPRequest(method: .get, scheme: url.scheme, authority: url.authority, path: url.path)
        let client = HTTPClient()
        do {
            let (head, body) = try await client.send(request, upTo: ExpositionLimits().bytes)
            guard head.status == .ok else { throw CommandError("GET \(url): found status \(head.status.code), wanted 200") }
            return body
        } catch let error as TransportError {
            throw CommandError("GET \(url): \(error.message)")
        }
    }

    /// Rules as people write them: a field that isn't known is an error.
    static func rules(_ bytes: [UInt8], _ place: String) throws -> [SLIRule] {
        do {
            var rules: [SLIRule] = []
            for document in try YAML.documents(bytes) {
                guard let list = document.array ?? document["rules"]?.array else {
                    throw CommandError("\(place): found \(document.kind), wanted a list of rules, or {rules: […]}")
                }
                for (index, json) in list.enumerated() {
                    let rule = try SLIRule(from: json)
                    if let error = SLIRule.schema.errors(in: json).first {
                        throw CommandError("\(place): rule \(index + 1), \(rule.name): \(error)")
                    }
                    let unknown = json.object?.keys.first { name in !SLIRule.fields.contains { $0.name == name } }
                    if let problem = unknown.map({ "\($0): there is no such field" }) ?? rule.objection {
                        throw CommandError("\(place): rule \(index + 1), \(rule.name): \(problem)")
                    }
                    rules.append(rule)
                }
            }
            return rules
        } catch let error as YAMLError {
            throw CommandError("\(place): \(error)")
        } catch let error as JSONDecodingError {
            throw CommandError("\(place): \(error)")
        }
    }
}

/// A service level that someone wants, and what it was derived to.
struct WantedLevel {
    var indicator: ServiceLevelIndicator
    /// Percent of requests that must be good.
    var objective: Double
    /// Of latency, in seconds.
    var within: Double?
    /// Which analysis wants it; nil: the options do.
    var analysis: String?
    /// Of that analysis, after those of the options.
    var rules: [SLIRule] = []
    /// Labels that the hosts' series have in its Prometheus.
    var matchLabels: [String: String] = [:]
    /// The Prometheus that its analysis names.
    var prometheus: String?
    /// Nil: nothing that is exposed measures it.
    var level: DerivedLevel?

    /// - Parameter own: rules of the options, which go first.
    func derived(from exposed: [ExposedMetric], _ own: [SLIRule]) -> WantedLevel {
        var wanted = self
        wanted.level = DerivedLevel.derive(indicator, from: exposed, rules: own + rules, within: within, matchLabels: matchLabels)
        return wanted
    }

    /// What to ask a Prometheus, to hear which series of it there are.
    func discovery(_ own: [SLIRule]) throws -> String? {
        var spec = ModuleAnalysisSpec()
        (spec.sli, spec.objective, spec.matchLabels, spec.rules) = (indicator, objective, matchLabels, own + rules)
        spec.withinMilliseconds = within.map { Int(($0 * 1000).rounded()) }
        do {
            return ServiceLevelPlan(spec, try AnalysisPlan(spec).serviceLevel, isBackground: false)?.discovery
        } catch { throw CommandError("\(analysis.map { "ModuleAnalysis \($0)" } ?? "the rules"): \(error)") }
    }
}

extension Strategy {
    /// The analyses of all steps and of the background, each once.
    fileprivate var analysisNames: [String] {
        let all = steps.flatMap { $0.analysis?.analyses ?? [] } + (analysis?.analyses ?? [])
        return all.map(\.name).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
