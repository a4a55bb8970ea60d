// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "config-mirror",
    dependencies: [
        .package(name: "graft", path: "../.."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "config-mirror",
            dependencies: [
                .product(name: "Kube", package: "graft"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ])
    ]
)
