import Crypto
import GraftAPI
import HTTPTypes
import JSON
import KubeCore

/// What a webhook is sent.
struct WebhookRequest: Sendable, Hashable {
    /// The same for every try and every question again: `<deployment UID>/<rollout>/<check>/<its start>`.
    var id: String
    var time: Timestamp
    var run: AnalysisRun
    /// From 1, as people count; nil where it belongs to none.
    var step: Int?
    var steps: Int
    var weight: Weight
    var hosts: HostCounts

    static let idField = HTTPField.Name("Graft-Id")!
    static let timeField = HTTPField.Name("Graft-Timestamp")!
    static let signatureField = HTTPField.Name("Graft-Signature")!

    var body: [UInt8] {
        var object: JSONObject = [
            "id": .string(id), "time": .string(time.description), "namespace": .string(run.namespace),
            "deployment": .string(run.deployment),
            "rollout": .string(run.rollout), "steps": .integer(Int64(steps)), "weight": .string(weight.description),
            "canary": Self.json(run.canary),
            "hosts": [
                "eligible": .integer(Int64(hosts.eligible)), "updated": .integer(Int64(hosts.updated)),
                "active": .integer(Int64(hosts.active)),
                "failed": .integer(Int64(hosts.failed)), "skipped": .integer(Int64(hosts.skipped)),
            ],
        ]
        if let step { object["step"] = .integer(Int64(step)) }
        if let stable = run.stable { object["stable"] = Self.json(stable) }
        return JSON.object(object).bytes()
    }

    /// Seconds since 1970, as the header has it and the signature covers it.
    var timestamp: String { "\(time.wholeSeconds.microseconds / 1_000_000)" }

    /// HMAC with SHA-256 over the time, a point and the body: what is sent again later has another one.
    static func signature(of body: [UInt8], at timestamp: String, key: [UInt8]) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(timestamp).".utf8) + body, using: SymmetricKey(data: key))
        let digits = Array("0123456789abcdef".utf8)
        return "sha256=" + String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func json(_ revision: AnalysisRun.Revision) -> JSON {
        ["revision": .string(revision.name), "digest": .string(revision.digest), "version": .string(revision.version)]
    }
}
