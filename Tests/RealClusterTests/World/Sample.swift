import JSON

/// Objects as users, controller and agents write them, from the words of the API alone and not from our types.
enum Sample {
    static let digest: JSON = "sha256:1111111111111111111111111111111111111111111111111111111111111111"
    static let otherDigest: JSON = "sha256:2222222222222222222222222222222222222222222222222222222222222222"

    static func deployment(_ name: String) -> JSON {
        [
            "metadata": ["name": .string(name)],
            "spec": [
                "class": "edge-proxy", "slot": "net/filter", "selector": ["matchLabels": ["tier": "edge"]],
                "module": "registry.example/f/http:1.1.0", "config": ["port": 8080],
                "strategy": [
                    "steps": [["setWeight": 10], ["pause": ["durationSeconds": 600]], ["setWeight": "12.5%"], ["pause": [:]]]
                ],
            ],
        ]
    }

    static func plan(_ name: String, hostClass: String = "edge-proxy", epoch: Int64 = 7) -> JSON {
        [
            "metadata": ["name": .string(name)],
            "spec": [
                "epoch": .integer(epoch), "action": "Run", "class": .string(hostClass), "slot": "net/filter",
                "selector": ["matchLabels": ["tier": "edge"]], "rollout": .string("\(name)-7c9f6d4b8a-1"), "salt": "5d1c0f2a9b7e4c33",
                "stable": ["revision": .string("\(name)-1a2b3c4d5e"), "digest": digest],
                "canary": ["revision": .string("\(name)-7c9f6d4b8a"), "digest": otherDigest],
                "cutoffs": [["zone": "", "below": 281_474_976_710_656]],
            ],
        ]
    }

    static func revision(_ name: String) -> JSON {
        [
            "metadata": ["name": .string(name)],
            "spec": [
                "number": 1, "source": "registry.example/f/http:1.1.0", "digest": digest, "configHash": "00", "class": "edge-proxy",
                "slot": "net/filter", "version": "1.1.0", "config": ["port": 8080],
                "descriptor": ["name": "http-filter", "version": "1.1.0", "needs": [["name": "base"]]],
                "signatures": [["digest": otherDigest]],
            ],
        ]
    }

    static func host(hostClass: String = "edge-proxy", node: String) -> JSON {
        [
            "metadata": ["name": .string("\(hostClass).\(node)"), "labels": ["tier": "edge"]],
            "spec": [
                "class": .string(hostClass), "nodeName": .string(node), "runtimeVersion": "2.4.1", "contract": "edge/3",
                "capabilities": ["reload"], "agentVersion": "0.1.0", "features": ["unload"],
            ],
        ]
    }

    static let hostStatus: JSON = [
        "status": [
            "summary": "net/filter=1.0.0 (1.1.0 Reverted)",
            "slots": [
                [
                    "name": "net/filter", "owner": ["namespace": "payments", "name": "http-filter", "planUID": "6f0e"],
                    "rollout": "http-filter-7c9f6d4b8a-1",
                    "active": ["revision": "http-filter-1a2b3c4d5e", "digest": digest, "since": "2026-01-01T00:00:00Z"],
                    "target": ["revision": "http-filter-7c9f6d4b8a", "state": "Reverted", "blame": "Module", "reason": "ProbeFailed"],
                    "staged": ["http-filter-1a2b3c4d5e"],
                ]
            ],
        ]
    ]

    static func quarantine(_ name: String) -> JSON {
        [
            "metadata": ["name": .string(name)],
            "spec": ["digest": digest, "namespace": "payments", "configHash": "00", "action": "Block", "reason": "its probe failed"],
        ]
    }

    static func policy(_ name: String) -> JSON {
        [
            "metadata": ["name": .string(name)],
            "spec": [
                "mode": "Enforce",
                "match": ["namespaces": ["payments"], "classes": ["*"], "slots": ["net/*"], "repositories": ["registry.example/**"]],
                "authorities": [["name": "release", "key": ["data": "-----BEGIN PUBLIC KEY-----"]]],
            ],
        ]
    }
}

extension JSON {
    /// The same with another value at a path like `spec.strategy.steps`; nil takes the member out.
    func with(_ path: String, _ value: JSON?) -> JSON { with(path.split(separator: ".").map(String.init)[...], value) }

    private func with(_ path: ArraySlice<String>, _ value: JSON?) -> JSON {
        guard let key = path.first else { return value ?? .null }
        var copy = self
        copy[key] = path.count == 1 ? value : (self[key] ?? [:]).with(path.dropFirst(), value)
        return copy
    }
}
