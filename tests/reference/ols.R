# What R says of chapters 1 and 2 on data/hsb.csv: analysis of variance, least squares between,
# within and total, and the cluster-robust standard errors (sandwich, HC1 with cluster adjustment).
#
#   Rscript tests/reference/ols.R > tests/reference/ols.json
#
# Needs Debian's r-base-core, r-cran-sandwich and r-cran-jsonlite. The tests read only the json.
library(sandwich)
library(jsonlite)

hsb <- read.csv("data/hsb.csv")
hsb$school <- factor(hsb$schoolid)
hsb$ses_mean <- ave(hsb$ses, hsb$school)
hsb$ses_within <- hsb$ses - hsb$ses_mean
means <- aggregate(cbind(mathach, ses) ~ schoolid, hsb, mean)
means$n <- as.vector(table(hsb$schoolid))

model <- function(fit) {
  table <- summary(fit)$coefficients
  limits <- confint(fit)
  list(
    estimate = as.list(table[, 1]), std_error = as.list(table[, 2]),
    conf_low = as.list(limits[, 1]), conf_high = as.list(limits[, 2]),
    df = fit$df.residual, r_squared = summary(fit)$r.squared
  )
}

anova_table <- summary(aov(mathach ~ school, hsb))[[1]]
total <- lm(mathach ~ ses, hsb)
x_table <- summary(aov(ses ~ school, hsb))[[1]]

cat(toJSON(list(
  version = paste(R.version$major, R.version$minor, sep = "."),
  anova = list(
    ss = anova_table[["Sum Sq"]], df = anova_table[["Df"]], ms = anova_table[["Mean Sq"]],
    f = anova_table[["F value"]][1]
  ),
  total = model(total),
  between = model(lm(mathach ~ ses, means)),
  between_by_size = model(lm(mathach ~ ses, means, weights = n)),
  within = model(lm(mathach ~ ses_within, hsb)),
  contextual = model(lm(mathach ~ ses + ses_mean, hsb)),
  eta_squared_ses = x_table[["Sum Sq"]][1] / sum(x_table[["Sum Sq"]]),
  cluster_robust_std_error = as.list(
    sqrt(diag(vcovCL(total, cluster = ~schoolid, type = "HC1", cadjust = TRUE)))
  )
), digits = NA, auto_unbox = TRUE, pretty = TRUE), "\n")
