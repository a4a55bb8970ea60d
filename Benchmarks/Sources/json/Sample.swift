import JSON

/// A custom resource as an API server sends it: 2.66 kB, most of it managed fields and parts of the spec that the model doesn't read.
enum Sample {
    /// One of a fleet: names, uids and versions differ, the rest is what objects of a kind have in common.
    static func object(_ number: Int) -> JSON {
        let name = "gadget-\(number % 100_000 + 100_000)"
        let hex = String(UInt64(number) &* 0x9E37_79B9_7F4A_7C15 | 1 << 63, radix: 16)
        let uid = "\(hex.prefix(8))-\(hex.dropFirst(8).prefix(4))-4a1f-9c3e-\(hex.suffix(12))"
        return [
            "apiVersion": "bench.example.com/v1alpha1", "kind": "Gadget",
            "metadata": [
                "annotations": [
                    "bench.example.com/config-hash": .string(String(hex.reversed())), "bench.example.com/team": "platform-infrastructure",
                ],
                "creationTimestamp": "2026-01-01T09:30:00Z", "finalizers": ["bench.example.com/cleanup"], "generation": 3,
                "labels": [
                    "app.kubernetes.io/name": "gadget", "app.kubernetes.io/instance": .string(name),
                    "app.kubernetes.io/managed-by": "gadget-controller", "bench.example.com/tier": "edge",
                ],
                "managedFields": managedFields, "name": .string(name), "namespace": .string("team-\(number % 50)"),
                "resourceVersion": .string("\(1_000_000 + number)"), "uid": .string(uid),
            ],
            "spec": [
                "class": "edge-proxy-large",
                "env": [
                    ["name": "UPSTREAM", "value": "https://upstream.platform.svc.cluster.local:8443"],
                    ["name": "LOG_LEVEL", "value": "info"],
                    ["name": "TOKEN", "valueFrom": ["secretKeyRef": ["name": "gadget-token", "key": "token"]]],
                ], "image": "registry.example.com/platform/gadgets/edge-filter:1.24.3", "paused": false,
                "replicas": 5,
                "resources": ["limits": ["cpu": "500m", "memory": "256Mi"], "requests": ["cpu": "100m", "memory": "64Mi"]],
                "selector": ["matchLabels": ["app.kubernetes.io/name": "gadget"]],
                "tolerations": [
                    ["key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300],
                    ["key": "dedicated", "operator": "Equal", "value": "edge", "effect": "NoSchedule"],
                ],
                "weight": 12.5,
            ],
            "status": [
                "conditions": [
                    [
                        "lastTransitionTime": "2026-01-01T09:31:07Z", "message": "All replicas serve the current revision.",
                        "observedGeneration": 3, "reason": "AllReplicasReady", "status": "True", "type": "Ready",
                    ],
                    [
                        "lastTransitionTime": "2026-01-01T09:31:07Z", "message": "The rollout is complete.", "observedGeneration": 3,
                        "reason": "RolloutComplete", "status": "False", "type": "Progressing",
                    ],
                ],
                "observedGeneration": 3, "phase": "Healthy", "readyReplicas": 5,
            ],
        ]
    }

    private static let managedFields: JSON = [
        [
            "apiVersion": "bench.example.com/v1alpha1", "fieldsType": "FieldsV1",
            "fieldsV1": [
                "f:metadata": [
                    "f:annotations": [".": [:], "f:bench.example.com/config-hash": [:], "f:bench.example.com/team": [:]],
                    "f:labels": [".": [:], "f:app.kubernetes.io/name": [:], "f:app.kubernetes.io/instance": [:]],
                ],
                "f:spec": [
                    ".": [:], "f:class": [:], "f:image": [:], "f:replicas": [:], "f:selector": [:], "f:tolerations": [:], "f:weight": [:],
                ],
            ],
            "manager": "kubectl-client-side-apply", "operation": "Update", "time": "2026-01-01T09:30:00Z",
        ],
        [
            "apiVersion": "bench.example.com/v1alpha1", "fieldsType": "FieldsV1",
            "fieldsV1": [
                "f:status": [
                    ".": [:],
                    "f:conditions": [
                        ".": [:], "k:{\"type\":\"Ready\"}": [".": [:], "f:status": [:], "f:reason": [:]],
                        "k:{\"type\":\"Progressing\"}": [".": [:], "f:status": [:], "f:reason": [:]],
                    ],
                    "f:observedGeneration": [:], "f:phase": [:],
                ]
            ],
            "manager": "gadget-controller", "operation": "Update", "subresource": "status", "time": "2026-01-01T09:31:07Z",
        ],
    ]
}
