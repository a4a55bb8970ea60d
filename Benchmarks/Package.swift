// swift-tools-version: 6.2
// Benchmarks are a package of their own, so that nothing they need burdens Graft's.
import PackageDescription

/// Graft's targets use `package` access. A benchmark measures the real parts, so it is compiled as a member of Graft's package, which SwiftPM names after
/// its folder.
let graftFolder = Context.packageDirectory.split(separator: "/").dropLast().last.map { $0.lowercased() } ?? "graft"
let graftModule = String(graftFolder.map { $0.isLetter || $0.isNumber ? $0 : "_" })

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .unsafeFlags(["-package-name", graftModule]),
]

let package = Package(
    name: "benchmarks",
    dependencies: [
        .package(path: ".."),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
    ],
    targets: [
        .target(name: "CMeasure"),
        .executableTarget(
            name: "counters",
            dependencies: [
                "CMeasure",
                .product(name: "TelemetryInternals", package: graftFolder),
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            packageAccess: false, swiftSettings: settings),
        .executableTarget(
            name: "fleet",
            dependencies: [
                .product(name: "GraftInternals", package: graftFolder),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
            ],
            // Else SwiftPM names this package, and the last name counts.
            packageAccess: false, swiftSettings: settings),
        // Of Graft only JSON and KubeCore: it builds in a minute.
        .executableTarget(
            name: "json",
            dependencies: [.product(name: "JSON", package: graftFolder), .product(name: "KubeCore", package: graftFolder), "CMalloc"],
            packageAccess: false, swiftSettings: settings),
        .systemLibrary(name: "CMalloc"),
    ],
    swiftLanguageModes: [.v6]
)
