/* The service tags of Azure that may stand as the source of a rule (learn.microsoft.com, "Virtual network service
 * tags").  A word that is not among them may mean anything, so a rule with it is not taken for harmless. */
#include "bindery/network.h"

#include "network_priv.h"

static const char *const tags[] = {
    "ActionGroup",
    "ApiManagement",
    "AppConfiguration",
    "ApplicationInsightsAvailability",
    "AppService",
    "AppServiceManagement",
    "AutonomousDevelopmentPlatform",
    "AzureActiveDirectory",
    "AzureActiveDirectoryDomainServices",
    "AzureAdvancedThreatProtection",
    "AzureArcInfrastructure",
    "AzureAttestation",
    "AzureBackup",
    "AzureBotService",
    "AzureCloud",
    "AzureCognitiveSearch",
    "AzureConnectors",
    "AzureContainerAppsService",
    "AzureContainerRegistry",
    "AzureCosmosDB",
    "AzureDatabricks",
    "AzureDataExplorerManagement",
    "AzureDeviceUpdate",
    "AzureDevOps",
    "AzureDigitalTwins",
    "AzureEventGrid",
    "AzureFrontDoor",
    "AzureHealthcareAPIs",
    "AzureInformationProtection",
    "AzureIoTHub",
    "AzureKeyVault",
    "AzureLoadBalancer",
    "AzureLoadTestingInstanceManagement",
    "AzureMachineLearning",
    "AzureMachineLearningInference",
    "AzureManagedGrafana",
    "AzureMonitor",
    "AzureMonitorForSAP",
    "AzureOpenDatasets",
    "AzurePlatformDNS",
    "AzurePlatformIMDS",
    "AzurePlatformLKM",
    "AzureResourceManager",
    "AzureSentinel",
    "AzureSignalR",
    "AzureSiteRecovery",
    "AzureSphere",
    "AzureSpringCloud",
    "AzureStack",
    "AzureTrafficManager",
    "AzureUpdateDelivery",
    "AzureVideoAnalyzerForMedia",
    "AzureVMwareSolution",
    "AzureWebPubSub",
    "BatchNodeManagement",
    "ChaosStudio",
    "CognitiveServicesFrontend",
    "CognitiveServicesManagement",
    "DataFactory",
    "DataFactoryManagement",
    "Dynamics365BusinessCentral",
    "Dynamics365ForMarketingEmail",
    "EOPExternalPublishedIPs",
    "EventHub",
    "GatewayManager",
    "GenevaActions",
    "GuestAndHybridManagement",
    "HDInsight",
    "KustoAnalytics",
    "LogicApps",
    "LogicAppsManagement",
    "M365ManagementActivityApi",
    "M365ManagementActivityApiWebhook",
    "Marketplace",
    "MicrosoftAzureFluidRelay",
    "MicrosoftCloudAppSecurity",
    "MicrosoftContainerRegistry",
    "MicrosoftDefenderForEndpoint",
    "MicrosoftPurviewPolicyDistribution",
    "OneDsCollector",
    "PowerBI",
    "PowerPlatformInfra",
    "PowerPlatformPlex",
    "PowerQueryOnline",
    "SCCservice",
    "Scuba",
    "SecurityCopilot",
    "SerialConsole",
    "ServiceBus",
    "ServiceFabric",
    "Sql",
    "SqlManagement",
    "Storage",
    "StorageMover",
    "StorageSyncService",
    "VideoIndexer",
    "VirtualDesktop",
    "VirtualNetwork",
    "WindowsAdminCenter",
    "WindowsVirtualDesktop",
};

/* A region or a part of the service: "WestEurope", "Backend". */
static bool is_suffix(bd_str text) {
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        bool is_ok =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        if (!is_ok) {
            return false;
        }
    }
    return text.size > 0;
}

bool is_service_tag(bd_str token) {
    ptrdiff_t dot = bd_str_find(token, BD_STR("."));
    bd_str name = dot < 0 ? token : bd_str_sub(token, 0, (size_t)dot);
    if (dot >= 0 && !is_suffix(bd_str_sub(token, (size_t)dot + 1, token.size))) {
        return false;
    }
    for (size_t i = 0; i < BD_COUNT(tags); i++) {
        if (bd_str_ieq(name, bd_str_of(tags[i]))) {
            return true;
        }
    }
    return false;
}
