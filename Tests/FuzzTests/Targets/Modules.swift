import Compatibility
import GraftHost
import JSON

extension FuzzTarget {
    /// A module's descriptor, as its artifact brings it, and a configuration for it behind a zero: read or refused; written again it is the same, and says of any
    /// configuration in a few words why it is not right.
    static let descriptor = FuzzTarget(
        "descriptor", limit: 4096, seeds: { ModuleSeeds.descriptors.map { Array($0.utf8) } },
        check: { bytes in
            let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            let document = Array(parts.first ?? [])
            guard let module = try answer({ () throws(ModuleDescriptorError) in try ModuleDescriptor(bytes: document) }) else { return }
            try promise("it is read as it was written", (try? ModuleDescriptor(bytes: module.json.bytes())) == module)
            if let path = module.entrypoint {
                let steps = path.split(separator: "/", omittingEmptySubsequences: false)
                try promise("what is loaded lies within the module", !steps.contains { $0.isEmpty || $0 == "." || $0 == ".." })
            }
            let config = parts.count > 1 ? try? JSON.parse(Array(parts[1]), limits: JSONLimits(size: 4096, depth: 32)) : nil
            for slot in [module.slot, "another"] {
                let verdict = module.judge(slot: slot, config: config)
                try promise("the same is judged the same", module.judge(slot: slot, config: config) == verdict)
                try promise("another slot does not fit", slot == module.slot || !verdict.isCompatible)
                for reason in verdict.reasons { try checkWords(reason.description) }
            }
        })

    /// `routing.json` and what comes with calls: a rule is read or refused, written again it is the same, and a call goes the same way each time. A share that
    /// grows keeps the keys that it had.
    static let routing = FuzzTarget(
        "routing", limit: 2048, seeds: { ModuleSeeds.rules.map { Array($0.utf8) } },
        check: { bytes in
            let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            guard let json = try? JSON.parse(Array(parts.first ?? []), limits: JSONLimits(size: 64 << 10, depth: 16)),
                let document = try answer({ () throws(JSONDecodingError) in try RoutingDocument(from: json) })
            else { return }
            try promise("a rule is read as it was written", (try? RoutingDocument(from: document.json)) == document)
            let text = String(decoding: parts.count > 1 ? parts[1] : [], as: UTF8.self)
            let pairs = text.split(separator: "\n").map { line in
                let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                return (name: halves[0], value: halves.count > 1 ? halves[1] : "")
            }
            let call = Call(
                key: text, headers: pairs.map { .init($0.name, $0.value) },
                labels: Dictionary(pairs.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }),
                groups: Set(pairs.map(\.name)))
            let route = document.rule.route(call)
            try promise("a call goes the same way each time", document.rule.route(call) == route)
            try promise("a key has a place", (0..<1 << 48).contains(KeyPlace(salt: document.rule.salt, key: text).value))
            var wider = document.rule
            for index in wider.shares.indices { wider.shares[index].below = min(1 << 48, wider.shares[index].below + 1 << 40) }
            try promise("a share that grows keeps what it had", route == .stable || wider.route(call) == .canary)
            var none = document.rule
            (none.matches, none.shares) = ([], none.shares.map { RoutingRule.Share(of: $0.subject, below: 0) })
            try promise("no share is no call", none.route(call) == .stable)
            if !document.rule.shares.contains(where: { $0.subject != .key }), document.rule.matches.isEmpty {
                try promise("calls without a key are in no share", document.rule.route(Call()) == .stable)
            }
        })
}

private enum ModuleSeeds {
    static let descriptors = [
        #"{"name":"payments/filter","version":"1.4.0-rc.1","slot":"net/filter","contract":"edge/3","minimumRuntimeVersion":"2.1.0","#
            + #""capabilities":["http2","tls"],"needs":[{"name":"auth","range":"^2.1 || ~3.0.1"}],"configSchema":{"type":"object","#
            + #""required":["a"],"properties":{"a":{"type":"integer","minimum":1},"b":{"type":"array","maxItems":2,"items":{"type":"string","#
            + #""pattern":"^x+$","enum":["x","xx"]}},"c":{"type":"object","additionalProperties":{"type":"string","format":"date-time"}},"#
            + #""d":{"x-kubernetes-int-or-string":true}},"additionalProperties":false},"probe":{"path":"/healthz?x=1","timeoutSeconds":3,"#
            + #""status":204,"expect":"ok"},"entrypoint":"lib/filter.so"}"# + "\0" + #"{"a":0,"b":["y","x","x"],"c":{"k":"now"},"e":1}"#,
        #"{"name":"m","version":"1.0.0","slot":"s","contract":"c/1"}"#,
        #"{"name":"m","version":"1.0.0","slot":"s","contract":"c/1","configSchema":{"type":"object"}}"# + "\0" + "[]",
    ]

    static let rules = [
        #"{"format":1,"name":"0f0f","salt":"r1","shares":[{"below":14073748835533},{"header":"X-User","below":281474976710656},{"label":"tenant","#
            + #""below":0}],"matches":[{"header":"x-canary","values":["yes"]},{"label":"tier","values":[]},{"group":"beta"}],"stable":"#
            + #"{"version":"1.0.0","digest":"sha256:aa"},"canary":{"version":"1.1.0","digest":"sha256:bb"}}"# + "\0"
            + "X-CANARY:yes\nx-user:7",
        #"{"format":1,"name":"","salt":"","shares":[{"below":281474976710656}],"stable":{"version":"1","digest":""},"canary":"#
            + #"{"version":"2","digest":""}}"# + "\0user-1",
    ]
}
