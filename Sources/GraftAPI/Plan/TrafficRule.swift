import Crypto
import JSON
package import Schema

/// Which calls of a canary host go to the canary: those whose key lies in a share, and those that match. An empty rule means none.
///
/// A call's place is the first 6 bytes of SHA-256(salt of the plan, 0x01, key), big-endian; it lies in a share when that is smaller than `below`. Every host
/// sends the same keys, and a growing share keeps those it had. `docs/routing.md` says it for hosts.
package struct TrafficRule: SchemaObject, Hashable {
    package var shares: [TrafficShare] = []
    package var matches: [TrafficMatch] = []

    package init() {}
    package init(shares: [TrafficShare] = [], matches: [TrafficMatch] = []) {
        self.shares = shares
        self.matches = matches
    }

    /// No call.
    package static let none = TrafficRule()

    /// As many as keep a plan small. What steps ask for beyond is not added.
    static let mostShares = 4
    static let mostMatches = 4
    static let mostValues = 4

    package static let fields: [Field<Self>] = [
        .collection(
            "shares", \.shares, "Shares of calls by hashes of their keys; a call may lie in any of them.", Limits.atomic(mostShares)),
        .collection("matches", \.matches, "Calls that are meant by any of these.", Limits.atomic(mostMatches)),
    ]

    /// This rule, and what a step asks beyond it; nil: that is every call.
    package func adding(_ traffic: Traffic) -> TrafficRule? {
        var step = TrafficRule(matches: traffic.match)
        if let share = traffic.share, share > .none { step.shares = [TrafficShare(share, of: traffic.by)] }
        return adding(step)
    }

    /// Every call that one of both sends to the canary; nil: all of them.
    package func adding(_ other: TrafficRule) -> TrafficRule? {
        var sum = self
        for share in other.shares {
            if let index = sum.shares.firstIndex(where: { $0.key == share.key }) {
                sum.shares[index].below = max(sum.shares[index].below, share.below)
            } else if sum.shares.count < TrafficRule.mostShares {
                sum.shares.append(share)
            }
        }
        for match in other.matches { sum.add(match) }
        // Who has no such header or label stays with the stable version: a whole share of those is not every call.
        return sum.shares.contains { $0.key == nil && $0.below >= Rank.end.value } ? nil : sum
    }

    private mutating func add(_ match: TrafficMatch) {
        guard
            let index = matches.firstIndex(where: { $0.header == match.header && $0.label == match.label && $0.group == match.group })
        else {
            if matches.count < TrafficRule.mostMatches { matches.append(match) }
            return
        }
        // Without values it means every value.
        if matches[index].values.isEmpty { return }
        let missing = match.values.filter { !matches[index].values.contains($0) }
        matches[index].values = match.values.isEmpty ? [] : Array((matches[index].values + missing).prefix(TrafficRule.mostValues))
    }

    /// Whether every call that `other` sends to the canary is sent by this one as well.
    package func covers(_ other: TrafficRule) -> Bool { adding(other) == self }

    /// Names the rule under a salt: the first 16 hexadecimal digits of the SHA-256 of both. Hosts report it when it is in force.
    package func name(salt: String) -> String {
        let digits = Array("0123456789abcdef")
        let hash = SHA256.hash(data: Array(salt.utf8) + [0] + json.bytes())
        return String(hash.prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}

/// A share of calls by what is hashed.
package struct TrafficShare: SchemaObject, Hashable {
    package var header: String?
    package var label: String?
    package var below: Int64 = 0

    package init() {}
    package init(_ share: Weight, of key: TrafficKey? = nil) {
        header = key?.header
        label = key?.label
        below = Int64(share.basisPoints) * Rank.end.value / 10_000
    }

    /// Nil: the key that the host gives each call.
    package var key: TrafficKey? { header == nil && label == nil ? nil : TrafficKey(header: header, label: label) }

    /// The share it was made from.
    package var weight: Weight { Weight(basisPoints: Int((below * 10_000 + Rank.end.value / 2) / Rank.end.value)) }

    package static let fields: [Field<Self>] = [
        .optional("header", \.header, "Hashed is the value of this header; without it and label, the call's key.", Limits.trafficName),
        .optional("label", \.label, "Hashed is the value of this label.", Limits.trafficName),
        .required("below", \.below, "Places below it are in the share; 2^48 is all.") {
            $0.minimum = 0
            $0.maximum = 281_474_976_710_656
        },
    ]
}

extension TrafficRule: CustomStringConvertible {
    /// `5% of calls`, `5% by header x-user, and header x-canary=true`.
    package var description: String {
        var parts = shares.map { share -> String in
            let by = share.header.map { " by header \($0)" } ?? share.label.map { " by label \($0)" } ?? ""
            return "\(share.weight) of calls\(by)"
        }
        parts += matches.map(\.description)
        return parts.isEmpty ? "no calls" : parts.joined(separator: ", and ")
    }
}

extension TrafficMatch: CustomStringConvertible {
    package var description: String {
        let what = header.map { "header \($0)" } ?? label.map { "label \($0)" } ?? "group \(group ?? "")"
        return values.isEmpty ? what : "\(what)=\(values.joined(separator: "|"))"
    }
}
