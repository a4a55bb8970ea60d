package import JSON
import KubeCore

extension Station {
    /// Objects are spread over this many namespaces.
    package static let namespaces = 20

    package static func namespace(of index: Int) -> String { "region-\(padded(index % namespaces, 2))" }
    package static func name(of index: Int) -> String { "weather-station-\(padded(index, 6))" }

    /// What is created: 1.5 kB compact; with the `managedFields` and the rest that a server adds, 2.66 kB as served.
    /// - Parameters:
    ///   - owner: the uid of the object's namespace, which owns it.
    package static func body(_ index: Int, owner: String) -> JSON {
        let namespace = namespace(of: index)
        let digest = hexadecimal(UInt64(index % 30) &* 0x9E37_79B9_7F4A_7C15) + hexadecimal(UInt64(index % 30) &* 0xD1B5_4A32_D192_ED03)
        return [
            "apiVersion": .string(definition.apiVersion), "kind": .string(definition.kind),
            "metadata": [
                "name": .string(name(of: index)), "namespace": .string(namespace),
                "labels": [
                    "app.kubernetes.io/name": "station", "app.kubernetes.io/part-of": "weather",
                    "topology.kubernetes.io/zone": .string("zone-\(index % 12)"),
                ],
                "annotations": [
                    "bench.graft.dev/owner": .string("team-\(index % 40)@example.com"), "bench.graft.dev/sent": "0000000000000000000",
                ],
                "finalizers": ["bench.graft.dev/cleanup"],
                "ownerReferences": [
                    ["apiVersion": "v1", "kind": "Namespace", "name": .string(namespace), "uid": .string(owner), "controller": true]
                ],
            ],
            "spec": [
                "model": .string("mark-\(index % 5)"), "image": .string("registry.example.com/weather/station@sha256:\(digest)\(digest)"),
                "address": .string("10.\(index >> 16 & 255).\(index >> 8 & 255).\(index & 255)"), "port": 8443, "interval": "30s",
                "description": "measures what the weather does at its place, and says so every half minute",
                "replicas": .integer(Int64(1 + index % 3)), "enabled": true, "sensors": ["temperature", "humidity", "pressure"],
                "parameters": ["unit": "metric", "precision": "high", "retention": "720h"],
                "placement": ["tier": "edge", "tolerations": [["key": "edge", "operator": "Exists", "effect": "NoSchedule"]]],
            ],
            "status": [
                "observedGeneration": 1, "phase": "Running", "ready": .integer(Int64(1 + index % 3)), "lastSeen": "2026-01-01T00:00:00Z",
                "revision": .string("sha256:\(digest)"),
                "conditions": [
                    condition("Ready", "AllSensorsReport", "every sensor has reported within the interval"),
                    condition("Calibrated", "WithinTolerance", "the last calibration is within its tolerance"),
                ],
            ],
        ]
    }

    private static func condition(_ type: String, _ reason: String, _ message: String) -> JSON {
        [
            "type": .string(type), "status": "True", "reason": .string(reason), "message": .string(message), "observedGeneration": 1,
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        ]
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The kind, as an API server is told of it.
    package static var customResourceDefinition: JSON {
        [
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": ["name": .string("\(definition.plural).\(definition.group)")],
            "spec": [
                "group": .string(definition.group), "scope": "Namespaced",
                "names": ["kind": .string(definition.kind), "listKind": "StationList", "plural": "stations", "singular": "station"],
                "versions": [
                    [
                        "name": .string(definition.version), "served": true, "storage": true,
                        "schema": [
                            "openAPIV3Schema": [
                                "type": "object",
                                "properties": [
                                    "spec": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                                    "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                                ],
                            ]
                        ],
                    ]
                ],
            ],
        ]
    }
}
