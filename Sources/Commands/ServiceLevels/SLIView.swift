import Analysis
import GraftAPI
import JSON
import ProgramOptions

/// What `graft sli` says of service levels. Pure: the same levels, the same lines.
struct SLIView {
    private let wanted: [WantedLevel]
    private let source: String
    let lineage: Lineage

    init(_ wanted: [WantedLevel], from source: String) {
        self.wanted = wanted
        self.source = source
        lineage = Lineage(of: wanted.compactMap { wanted in wanted.level.map { ($0, wanted.objective) } })
    }

    /// What hosts expose stands in it: nothing of it moves a cursor.
    var text: String { wanted.map { lines(of: $0).map(\.visible).joined(separator: "\n") }.joined(separator: "\n\n") }

    var trees: String {
        guard !lineage.symptoms.isEmpty else { return text }
        return lineage.symptoms.map { lineage.tree(of: $0).map(\.visible).joined(separator: "\n") }.joined(separator: "\n\n")
    }

    /// From a symptom to its sources, or from what is exposed to its symptoms.
    func trace(_ id: String) throws -> String {
        guard let node = lineage[id] else {
            let known = lineage.ids.isEmpty ? "nothing was derived" : "there are \(lineage.ids.joined(separator: ", "))"
            throw CommandError("\(id): no service level or metric of this name; \(known)")
        }
        let isSource = node.parents.isEmpty
        let path = isSource ? lineage.descendants(of: id) : lineage.ancestors(of: id)
        let steps = ([id] + path).map { "\($0)   \(lineage[$0]?.text ?? "")" }
        let end = isSource ? "Seen in" : "Made from"
        let ends = isSource ? lineage.symptoms.filter(path.contains) : lineage.sources(of: id)
        return (steps + ["\(end): \(ends.joined(separator: ", "))"]).map(\.visible).joined(separator: "\n")
    }

    private func lines(of wanted: WantedLevel) -> [String] {
        guard let level = wanted.level else {
            return ["\(title(of: wanted)): nothing that \(source) exposes measures it; rules of your own (--rules) may"]
        }
        let bucket = level.within.map { ", in the bucket of \($0) s" } ?? ""
        return [
            "\(title(of: wanted)): \(level.metric)\(bucket), by rule \(level.rule)", "  total    \(level.totalQuery())",
            "  good     \(level.goodQuery())", "  errors   \(level.errorQuery())",
        ]
            + [BurnRate.fast, BurnRate.slow].map {
                "  burns    above \($0.limit == $0.limit.rounded() ? String(Int($0.limit)) : String($0.limit)) over \($0.long) and \($0.short)"
            }
    }

    private func title(of wanted: WantedLevel) -> String {
        let within = wanted.within.map { " within \($0) s" } ?? ""
        return "\(wanted.indicator.rawValue)\(within), wanted \(wanted.objective)%" + (wanted.analysis.map { " (analysis \($0))" } ?? "")
    }

    var json: JSON {
        .array(
            wanted.map { wanted in
                var object: JSON = ["indicator": .string(wanted.indicator.rawValue), "objective": .double(wanted.objective)]
                if let analysis = wanted.analysis { object["analysis"] = .string(analysis) }
                guard let level = wanted.level else { return object }
                object["rule"] = .string(level.rule)
                object["metric"] = .string(level.metric)
                if let within = level.within { object["withinSeconds"] = .double(within) }
                object["total"] = .string(level.totalQuery())
                object["good"] = .string(level.goodQuery())
                object["errors"] = .string(level.errorQuery())
                object["burnRates"] = .array(
                    [BurnRate.fast, BurnRate.slow].map {
                        ["long": .string("\($0.long)"), "short": .string("\($0.short)"), "limit": .double($0.limit)] as JSON
                    })
                return object
            })
    }
}
