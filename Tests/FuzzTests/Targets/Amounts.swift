import Compatibility
import GraftAPI
import JSON
import KubeCore

extension FuzzTarget {
    /// What stands as a text in specs, plans, Leases and queries: lengths of time, shares, moments, selectors, versions, contracts. Each is read or refused, and
    /// what is written is read as the same.
    static let amount = FuzzTarget(
        "amount", limit: 512,
        seeds: {
            [
                "1h30m", "90s", "0h", "999999h999999m999999s", "12.5%", "100%", "7", "2026-11-01T01:30:00.123456+02:00",
                "2026-12-31T23:59:60Z",
                "0000-01-01T00:00:00-23:59", "tier=edge,zone in (a,b),!spot,x!=y,q notin (z),k", "spec.class=edge,metadata.name!=a\\,b",
                "1.2.3-rc.1+b5", "^1.2 || >=2.0.0 <3 || ~0.3 || 1.x || *", "edge/3", "Etc/GMT+3",
            ].map { Array($0.utf8) }
        },
        check: { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let period = Period(text) {
                try promise("a length of time is none below zero", period.seconds >= 0)
                try promise("\(period) is read as it is written", period.seconds > 999_999 * 3600 || Period(period.description) == period)
            }
            for json in [JSON.string(text), text.first.flatMap { _ in Int64(text) }.map(JSON.integer) ?? .null] {
                if let weight = try answer({ () throws(JSONDecodingError) in try Weight(from: json) }) {
                    try promise("a share is of a whole", (0...10_000).contains(weight.basisPoints))
                    try promise("\(weight) is read as it is written", (try? Weight(from: weight.json)) == weight)
                    try promise("a share of hosts is no more than all", (0...1000).contains(weight.count(of: 1000)))
                }
                if let count = try answer({ () throws(JSONDecodingError) in try CountOrShare(from: json) }) {
                    try promise("\(count) is read as it is written", (try? CountOrShare(from: count.json)) == count)
                }
            }
            if let time = Timestamp(text) {
                try promise(
                    "\(time.microText) is read as it is written", Timestamp(time.microText) == time || !(0...9999).contains(year(of: time)))
            }
            try checkSelectors(text)
            try checkVersions(text)
        })

    private static func year(of time: Timestamp) -> Int64 {
        CivilDate(daysSinceEpoch: time.microseconds.flooredQuotient(by: 86_400_000_000)).year
    }

    private static func checkSelectors(_ text: String) throws(BrokenPromise) {
        if let selector = try answer({ () throws(SelectorSyntaxError) in try LabelSelector(text) }) {
            guard let again = try? LabelSelector(selector.text) else { throw BrokenPromise(description: "\(selector.text) is read again") }
            for labels in [["tier": "edge", "zone": "a"], [:], ["x": "y", "k": ""], ["spot": ""]] {
                try promise("\(selector.text) means the same", selector.matches(labels) == again.matches(labels))
            }
        }
        if let selector = try answer({ () throws(SelectorSyntaxError) in try FieldSelector(text) }) {
            try promise("\(selector.text) is read as it is written", (try? FieldSelector(selector.text)) == selector)
        }
    }

    private static func checkVersions(_ text: String) throws(BrokenPromise) {
        let one = SemanticVersion(1, 2, 3)
        if let version = try answer({ () throws(VersionError) in try SemanticVersion(text) }) {
            try promise("a version has one spelling", version.description == text)
            try promise("it is before, at or after another", [version < one, version == one, one < version].filter { $0 }.count <= 1)
        }
        if let range = try answer({ () throws(VersionError) in try VersionRange(text) }) {
            try promise("a range is kept as it was written", (try? VersionRange(range.description)) == range)
            for comparators in range.alternatives.prefix(8) {
                for comparator in comparators.prefix(8) where comparator.relation == .equal {
                    try promise("a version that is named is in its range", comparators.count > 1 || range.contains(comparator.version))
                }
            }
        }
        if let contract = Contract(text) { try promise("a contract has one spelling", contract.description == text) }
        if ZoneName.isSound(text) { try promise("a zone's name leads nowhere", !text.hasPrefix("/") && !text.contains("..")) }
    }
}
