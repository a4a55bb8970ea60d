import JSON

/// The custom resource that the suite works with.
enum Widget {
    static let path = path(in: "shop")

    static func path(in namespace: String) -> String { "/apis/test.graft.dev/v1/namespaces/\(namespace)/widgets" }
    static let everywhere = "/apis/test.graft.dev/v1/widgets"

    static func named(_ name: String, labels: JSON? = nil, _ spec: JSON = ["class": "edge"]) -> JSON {
        var metadata: JSON = ["name": .string(name)]
        metadata["labels"] = labels
        return ["apiVersion": "test.graft.dev/v1", "kind": "Widget", "metadata": metadata, "spec": spec]
    }

    static let definition: JSON = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.test.graft.dev"],
        "spec": [
            "group": "test.graft.dev", "scope": "Namespaced",
            "names": ["plural": "widgets", "singular": "widget", "kind": "Widget", "shortNames": ["wd"], "categories": ["all"]],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                    "selectableFields": [["jsonPath": ".spec.class"]],
                    "additionalPrinterColumns": [
                        ["name": "Class", "type": "string", "jsonPath": ".spec.class"],
                        ["name": "Phase", "type": "string", "jsonPath": ".status.phase"],
                    ],
                    "schema": ["openAPIV3Schema": schema],
                ]
            ],
        ],
    ]

    private static let schema: JSON = [
        "type": "object",
        "properties": [
            "spec": [
                "type": "object", "required": ["class"],
                "properties": [
                    "class": ["type": "string", "maxLength": 40],
                    "size": ["type": "integer", "minimum": 1, "maximum": 100, "default": 3],
                    "tags": ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set"],
                    "parts": [
                        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
                        "items": [
                            "type": "object", "required": ["name"],
                            "properties": ["name": ["type": "string"], "count": ["type": "integer"]],
                        ],
                    ],
                    "config": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                ],
            ],
            "status": [
                "type": "object",
                "properties": ["phase": ["type": "string"], "ready": ["type": "integer"]],
            ],
        ],
    ]
}
