import Glibc
import GraftHost
import JSON

/// What hosts in any language check themselves against, made by another program than this one.
enum RoutingVectors {
    static let document: JSON = {
        let repository = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(4).joined(separator: "/")
        guard let file = fopen("\(repository)/docs/routing-vectors.json", "r") else { return [:] }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer.prefix(count) }
        return (try? JSON.parse(bytes)) ?? [:]
    }()

    static let calls: [(about: String, call: Call)] = (document["calls"]?.array ?? []).map { json in
        let headers = (json["headers"]?.array ?? []).map { Call.Header($0.array?.first?.string ?? "", $0.array?.last?.string ?? "") }
        var labels: [String: String] = [:]
        for (name, value) in json["labels"]?.object ?? [:] { labels[name] = value.string }
        let groups = Set((json["groups"]?.array ?? []).compactMap(\.string))
        return (json["about"]?.string ?? "", Call(key: json["key"]?.string, headers: headers, labels: labels, groups: groups))
    }

    static let rules: [JSON] = document["rules"]?.array ?? []

    static func rule(_ json: JSON) throws -> RoutingRule {
        RoutingRule(
            salt: json["salt"]?.string ?? "", shares: try [RoutingRule.Share](from: json["shares"] ?? []),
            matches: try [RoutingRule.Match](from: json["matches"] ?? []))
    }
}
